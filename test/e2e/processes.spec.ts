import { jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { describeBackends } from '../support/describe-backends.js';
import { expectInvariants } from '../support/invariants.js';
import { tidyUp } from '../support/processes.js';
import { orderPlaced } from '../support/shopify-orders.js';
import { SmtpSink } from '../support/smtp-sink.js';
import { startTestRedis } from '../support/test-redis.js';
import { TwilioStub } from '../support/twilio-stub.js';
import { Cluster, eventually, Installation } from './installation.js';

jest.setTimeout(90_000);
const ALL_APPS = ['ingest', 'worker', 'api'] as const;

/** Writes to a person's telephone, two seconds after the order. */
const TEXT_MESSAGE = `
key: text-message
title: A word by telephone
class: service
trigger: order.placed
entry: { key: order.id, reentry: never }
steps:
  - { id: pause, kind: wait, settings: { for: PT2S } }
  - { id: say, kind: send, settings: { template: word, channels: [sms] } }
templates:
  word: { en: { sms: 'Thank you for {{ order.name }}' } }
`;

describeBackends('the apps as processes of their own', (backend) => {
  let cluster: Cluster;
  let sink: SmtpSink;
  let twilio: TwilioStub;
  let shop: Installation;

  beforeAll(async () => {
    cluster = await Cluster.start();
    sink = await SmtpSink.start();
    twilio = await TwilioStub.start();
    const redisUrl = backend.redisUrl();
    shop = new Installation(cluster, await cluster.database(), {
      SMTP_URL: sink.url,
      MAIL_FROM: 'Shop <shop@example.com>',
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'a token of the stub',
      TWILIO_FROM: '+15005550006',
      TWILIO_BASE_URL: twilio.url,
      ...(redisUrl ? { REDIS_URL: redisUrl } : {}),
    });
    await shop.start(...ALL_APPS);
    await shop.install('order-thank-you');
    await shop.publish(TEXT_MESSAGE);
    // whatever the time of day
    await shop.client.patch('/api/v1/shop', { contactRules: { hours: null } });
  });

  afterAll(() =>
    tidyUp(
      () => shop && expectInvariants(shop.databaseUrl),
      () => shop?.stop(),
      () => cluster?.stop(),
      () => sink?.stop(),
      () => twilio?.stop(),
    ),
  );

  const order = (id: number, phone?: string) =>
    orderPlaced({ id, email: `p${id}@example.com`, at: new Date().toISOString(), ...(phone ? { phone } : {}) });
  const mailsTo = (id: number) => sink.mails.filter(({ to }) => to.includes(`p${id}@example.com`));

  it('turn a webhook into an e-mail and a text message', async () => {
    const sender = await shop.sender();
    expect((await sender.send(order(1, '+33612345678'))).status).toBe(202);
    await eventually(async () => mailsTo(1)[0]);
    expect(mailsTo(1)[0]?.data).toMatch(/^Subject: Thank you/m);
    const [call] = await twilio.waitFor(1, 15_000);
    expect(call?.form).toMatchObject({ To: '+33612345678', Body: 'Thank you for #1' });
    await eventually(async () => ((await shop.messages('order=1&state=sent')).length === 2 ? true : null));
  });

  it('answer a webhook again with the same id, and do nothing', async () => {
    const sender = await shop.sender();
    const webhook = order(2);
    const first = await sender.send(webhook);
    const second = await sender.send(webhook);
    expect(second.status).toBe(200);
    expect(JSON.parse(second.text).id).toBe(JSON.parse(first.text).id);
    const forged = await sender.send({ ...webhook, body: `${webhook.body} ` });
    expect(forged.status).toBeLessThan(300);
    await eventually(async () => mailsTo(2)[0]);
    expect(mailsTo(2)).toHaveLength(1);
  });

  it('lose nothing and double nothing when they are killed at work', async () => {
    const ids = Array.from({ length: 150 }, (_, index) => 1_001 + index);
    const webhooks = ids.map((id) => order(id));
    const sender = await shop.sender();
    const sending = webhooks.map((webhook) => sender.send(webhook).catch(() => undefined));
    await eventually(async () => (sink.mails.length > 20 ? true : null));
    await shop.restart('kill', ...ALL_APPS);
    await Promise.all(sending);
    await shop.endLeases();
    const again = await shop.sender();
    for (const webhook of webhooks) expect((await again.send(webhook)).status).toBeLessThan(300);

    const messages = await eventually(async () => {
      const made = (await shop.messages('journey=order-thank-you')).filter(({ order: id }) => Number(id) > 1_000);
      const settled = made.filter(({ state }) => state === 'sent' || state === 'unknown');
      return settled.length >= ids.length ? made : null;
    }, 40_000);
    expect(messages.map(({ order: id }) => Number(id)).toSorted((a, b) => a - b)).toEqual(ids);
    for (const { order: id, state } of messages) {
      const arrived = mailsTo(Number(id)).length;
      expect({ id, arrived }).toEqual({ id, arrived: state === 'sent' ? 1 : Math.min(arrived, 1) });
    }
  });

  it('answer 503 while PostgreSQL is away, and go on when it is back', async () => {
    const sender = await shop.sender();
    await cluster.goAway();
    const refused = await sender.send(order(3));
    expect(refused.status).toBe(503);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    await cluster.comeBack();
    await eventually(async () => ((await sender.send(order(3))).status === 202 ? true : null));
    await eventually(async () => mailsTo(3)[0], 30_000);
  });
});

describeBackends('a queue that is lost', (backend) => {
  // a Redis that others use as well is not ours to empty
  const itOnOwnRedis = backend.kind === 'redis' && !process.env['REDIS_URL'] ? it : it.skip;

  itOnOwnRedis('neither keeps a webhook out nor a wait from ending', async () => {
    const cluster = await Cluster.start();
    const redis = await startTestRedis();
    const shop = new Installation(cluster, await cluster.database(), { REDIS_URL: redis?.url ?? '' });
    try {
      await shop.start('standalone');
      await shop.client.patch('/api/v1/shop', { contactRules: { hours: null } });
      await shop.publish(TEXT_MESSAGE);
      const sender = await shop.sender();
      const post = async (id: number): Promise<void> => {
        const at = new Date().toISOString();
        const webhook = orderPlaced({ id, email: `p${id}@example.com`, phone: `+3361234500${id}`, at });
        expect((await sender.send(webhook)).status).toBe(202);
      };
      const arrives = (id: number) =>
        eventually(async () => (await shop.messages(`order=${id}&state=sent`))[0], 30_000);

      await post(1);
      const client = new Redis(redis?.url ?? '');
      await client.flushall();
      client.disconnect();
      await post(2);
      await arrives(1);
      await arrives(2);

      await post(3);
      await redis?.stop();
      await post(4);
      await arrives(3);
      await arrives(4);
    } finally {
      await tidyUp(
        () => expectInvariants(shop.databaseUrl),
        () => shop.kill(),
        () => redis?.stop(),
        () => cluster.stop(),
      );
    }
  });
});
