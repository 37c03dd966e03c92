import { jest } from '@jest/globals';
import pg from 'pg';
import { canariesIn, canariesInDatabase } from '../support/canaries.js';
import { expectInvariants } from '../support/invariants.js';
import { tidyUp } from '../support/processes.js';
import { orderPlaced } from '../support/shopify-orders.js';
import { askingJourney } from './asking-journey.js';
import { Cluster, eventually, Installation, linkIn } from './installation.js';

jest.setTimeout(120_000);
const START = '2026-03-02T08:00:00.000Z';
const PERSON = {
  email: 'zq7.canary@mail.example',
  phone: '+33612398745',
  verbatim: 'the parrot arrived rather hoarse',
  order: '990077112233',
};
const JOURNEY = askingJourney({
  class: 'service',
  subject: 'Hello {{ customer.email }}',
  text: '{{ links.survey }}',
  next: [
    `{ id: call, kind: call-webhook, settings: { url: 'https://example.invalid/', payload: { who: customer.email } } }`,
    '{ id: rest, kind: wait, settings: { for: P7D } }',
  ],
});

describe('somebody who is erased, with all processes and every log line', () => {
  let cluster: Cluster;
  let shop: Installation;
  let owner: pg.Client;
  beforeAll(async () => {
    cluster = await Cluster.start();
    shop = new Installation(cluster, await cluster.database(), {
      CLOCK: 'virtual',
      CLOCK_START: START,
      LOG_LEVEL: 'trace',
    });
    await shop.start('standalone');
    owner = new pg.Client({ connectionString: shop.databaseUrl });
    await owner.connect();
    await shop.publish(JOURNEY);
  });
  afterAll(() =>
    tidyUp(
      () => shop && expectInvariants(shop.databaseUrl),
      () => owner?.end(),
      () => shop?.stop(),
      () => cluster?.stop(),
    ),
  );

  const log = () => shop.apps.map(({ output }) => output).join('\n');

  it('leaves no word in any table, the queue’s included, nor in the log', async () => {
    const sender = await shop.sender();
    const placed = orderPlaced({ id: Number(PERSON.order), email: PERSON.email, phone: PERSON.phone, at: START });
    await sender.send(placed);
    const message = await eventually(async () => (await shop.messages('state=sent'))[0]);
    const page = linkIn((await shop.client.get<{ text: string }>(`/api/v1/messages/${message.id}`)).text, 's');
    const form = new URLSearchParams({ score: '5', comment: PERSON.verbatim }).toString();
    await shop.client.call('POST', page, form, { 'content-type': 'application/x-www-form-urlencoded' });
    // an answer to nothing becomes a dead letter
    const answer = { survey: 'nobody-asked', score: 1, comment: PERSON.verbatim };
    await shop.client.post('/api/v1/events', {
      id: 'stray-answer',
      type: 'survey.answered',
      occurredAt: START,
      customer: { email: PERSON.email },
      data: answer,
    });
    await eventually(async () => (await owner.query(`select 1 from app.survey_answer`)).rows[0] as object | undefined);
    await eventually(async () => (await owner.query(`select 1 from app.dead_letter`)).rows[0] as object | undefined);
    const before = await canariesInDatabase(owner, PERSON);
    for (const name of Object.keys(PERSON)) expect(before.some((find) => find.includes(`: ${name} as`))).toBe(true);

    await shop.client.post(`/api/v1/customers/${message.customer}/erase`, { reason: 'asked' });
    await eventually(async () => {
      const { items } = await shop.client.get<{ items: { state: string }[] }>('/api/v1/privacy/requests');
      return items[0]?.state === 'done' ? true : null;
    }, 60_000);
    await sender.send({ ...placed, webhookId: 'told-once-more' });
    await eventually(async () => {
      const { rows } = await owner.query(`select 1 from app.inbox_event where state in ('new', 'claimed')`);
      return rows.length === 0 ? true : null;
    });
    expect(await canariesInDatabase(owner, PERSON)).toEqual([]);
    expect(log()).toContain('/api/v1/customers');
    expect(canariesIn(log(), PERSON)).toEqual([]);
  });
});
