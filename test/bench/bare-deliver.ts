/** The ceiling of delivery: Fastify, one INSERT, BullMQ on Redis and pooled nodemailer in one process, nothing else. */
import type { AddressInfo } from 'node:net';
import { Queue, Worker } from 'bullmq';
import Fastify from 'fastify';
import { createTransport } from 'nodemailer';
import pg from 'pg';
import type { BareQuestion } from './deliver-ways.js';

const POOL_SIZE = 16;
const JOBS_AT_ONCE = 50;
const SMTP_CONNECTIONS = 10;
/** Both ways carry mails of the same size, which is that of a thank-you mail of the system: some 11,400 bytes with its headers. */
const HTML_CHARS = 9_900;
const TEXT_CHARS = 250;
const LINE = 'Thank you for your order. We will tell you when it is on its way.';
const long = (length: number, line: string): string => line.repeat(Math.ceil(length / line.length)).slice(0, length);
const HTML = long(HTML_CHARS, `<p style="margin:0;font-family:sans-serif">${LINE}</p>`);
const TEXT = long(TEXT_CHARS, `${LINE}\n`);

interface Order {
  email: string;
  name: string;
}

const connection = { url: process.env['REDIS_URL'] ?? '' };
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: POOL_SIZE });
await pool.query('create table if not exists bare_mail (id uuid primary key, body jsonb not null)');

const mailer = createTransport({
  url: process.env['SMTP_URL'] ?? '',
  pool: true,
  maxConnections: SMTP_CONNECTIONS,
  maxMessages: Number.POSITIVE_INFINITY,
} as Parameters<typeof createTransport>[0]);
const queue = new Queue<Order>('bare-mail', { connection });
const worker = new Worker<Order>(
  'bare-mail',
  async ({ data: { email, name } }) => {
    await mailer.sendMail({
      from: 'Bench <bench@example.com>',
      to: email,
      subject: `Thank you for ${name}`,
      text: `${name}\n${TEXT}`,
      html: `<b>${name}</b>${HTML}`,
    });
  },
  { connection, concurrency: JOBS_AT_ONCE, removeOnComplete: { count: 0 } },
);
await worker.waitUntilReady();

async function answer({ ask }: BareQuestion): Promise<{ held: number }> {
  if (ask === 'hold') await worker.pause();
  if (ask === 'release') await worker.resume();
  return { held: await queue.getWaitingCount() };
}

const app = Fastify({ logger: false });
app.post<{ Body: Order }>('/', async (request, reply) => {
  const id = request.headers['x-shopify-webhook-id'];
  const { email, name } = request.body;
  await pool.query({
    name: 'insert',
    text: 'insert into bare_mail (id, body) values ($1, $2)',
    values: [id, JSON.stringify(request.body)],
  });
  await queue.add('mail', { email, name });
  return reply.code(202).send({ id });
});
await app.listen({ port: 0, host: '127.0.0.1' });
process.send?.({ port: (app.server.address() as AddressInfo).port });
process.on('message', (question) => {
  void answer(question as BareQuestion).then((reply) => process.send?.(reply));
});
process.once('disconnect', () => process.exit(0));
