/** The ceiling of accepting: a bare Fastify route that answers after one INSERT. */
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import pg from 'pg';

const POOL_SIZE = 16;

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: POOL_SIZE });
await pool.query('create table if not exists bare_event (id uuid primary key, body jsonb not null)');

const app = Fastify({ logger: false });
app.post('/', async (request, reply) => {
  const id = request.headers['x-shopify-webhook-id'];
  await pool.query({
    name: 'insert',
    text: 'insert into bare_event (id, body) values ($1, $2)',
    values: [id, JSON.stringify(request.body)],
  });
  return reply.code(202).send({ id });
});
await app.listen({ port: 0, host: '127.0.0.1' });
process.send?.({ port: (app.server.address() as AddressInfo).port });
process.once('disconnect', () => process.exit(0));
