import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import pg from 'pg';
import { Webhook } from 'standardwebhooks';
import { describeBackends } from '../support/describe-backends.js';
import { expectInvariants } from '../support/invariants.js';
import { tidyUp } from '../support/processes.js';
import { orderPlaced } from '../support/shopify-orders.js';
import { Cluster, Installation } from './installation.js';

jest.setTimeout(90_000);
const START = '2026-03-02T08:00:00.000Z';
const JOURNEY = `
key: look-after
title: Look after new orders
class: service
trigger: order.placed
entry: { key: order.id }
steps:
  - { id: tag, kind: tag, settings: { add: [looked-after] } }
  - { id: rest, kind: wait, settings: { for: PT1H } }
  - { id: case, kind: open-case, settings: { topic: new-order, title: Say hello, priority: low } }
  - { id: call, kind: call-webhook, settings: { url: 'https://example.com/', payload: { order: order.id } } }
`;

interface Heard {
  readonly headers: Record<string, string>;
  readonly body: string;
}

describeBackends('what journeys do besides sending', (backend) => {
  let cluster: Cluster;
  let shop: Installation;
  let receiver: Server;
  const heard: Heard[] = [];

  beforeAll(async () => {
    receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        heard.push({ headers: request.headers as Record<string, string>, body });
        response.writeHead(heard.length === 1 ? 503 : 204).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    cluster = await Cluster.start();
    const redisUrl = backend.redisUrl();
    shop = new Installation(cluster, await cluster.database(), {
      CLOCK: 'virtual',
      CLOCK_START: START,
      WEBHOOKS_TO_LOOPBACK: 'allow',
      ...(redisUrl ? { REDIS_URL: redisUrl } : {}),
    });
    await shop.start('standalone');
    // documents name https addresses only; here the calls go to a receiver on this machine
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    const owner = new pg.Client({ connectionString: shop.databaseUrl });
    await owner.connect();
    await owner.query(
      `create function app.call_here() returns trigger language plpgsql as $$ begin new.url := '${url}'; return new; end $$;
       create trigger call_here before insert on app.webhook_call for each row execute function app.call_here()`,
    );
    await owner.end();
    await shop.publish(JOURNEY);
  });

  afterAll(() =>
    tidyUp(
      () => shop && expectInvariants(shop.databaseUrl),
      () => shop?.stop(),
      () => cluster?.stop(),
      () => void receiver?.close(),
    ),
  );

  it('happens when it falls due, a webhook again until it is taken', async () => {
    const sender = await shop.sender();
    await sender.send(orderPlaced({ id: 7, email: 'p7@example.com', at: START }));
    await shop.advance('PT59M');
    const [customer] = await shop.client.list<{ id: string; tags: string[] }>('/api/v1/customers?email=p7@example.com');
    expect(customer?.tags).toContain('looked-after');
    expect(heard).toEqual([]);
    await shop.advance('PT1M');
    expect(heard).toHaveLength(1);
    await shop.advance('PT1M');
    expect(heard).toHaveLength(2);
    const { secret } = await shop.client.get<{ secret: string }>('/api/v1/webhooks/secret');
    for (const { body, headers } of heard) expect(new Webhook(secret).verify(body, headers)).toEqual({ order: '7' });
    const calls = await shop.client.list<object>('/api/v1/webhooks/calls');
    expect(calls).toMatchObject([{ state: 'sent', attempts: 2, status: 204, journey: 'look-after', step: 'call' }]);
    const cases = await shop.client.list<object>(`/api/v1/cases?state=open&customer=${customer?.id}`);
    expect(cases).toMatchObject([
      { topic: 'new-order', title: 'Say hello', order: '7', openedAt: '2026-03-02T09:00:00.000Z' },
    ]);
  });
});
