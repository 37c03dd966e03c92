import { jest } from '@jest/globals';
import { freePort } from '../support/processes.js';
import { isLong, noteProof } from '../support/proof.js';
import { randomHistory, type ToldEvent } from '../support/random-history.js';
import { seededRandom } from '../support/seeded-random.js';
import { orderPlaced } from '../support/shopify-orders.js';
import { OneShop, orderOf, START } from './one-shop.js';

jest.setTimeout(isLong ? 900_000 : 240_000);

const CONFLICTS = 100;
const ORDERS = isLong ? 400 : 60;
const SEED = Number(process.env['FAULTS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const DAY_MS = 86_400_000;
/** A share of the news is told once everything else has been, as after a gap at the sender. */
const MISSED = 0.01;
const BATCH = 100;

/** What is known of people and orders, and what counts of their answers; ids of our own making left out. */
const END_STATE = `
select jsonb_build_object(
  'customers', (select jsonb_agg(jsonb_build_object('facts', facts, 'email', email, 'phone', phone, 'orders', order_count) order by email)
    from app.customer where merged_into is null and email like $1),
  'orders', (select jsonb_agg(jsonb_build_object('id', o.external_id, 'placed', o.placed_at, 'facts', o.facts, 'whose', c.email) order by o.external_id)
    from app.orders o left join app.customer c on c.shop_id = o.shop_id and c.id = o.customer_id where o.external_id like $2),
  'answers', (select jsonb_agg(jsonb_build_object('score', a.score, 'at', a.answered_at, 'counts', not a.superseded, 'whose', c.email)
    order by a.answered_at, a.instance_id) from app.survey_answer a join app.customer c on c.shop_id = a.shop_id and c.id = a.customer_id
    where c.email like $1),
  'events', (select jsonb_agg(jsonb_build_object('type', e.type, 'at', e.occurred_at, 'order', e.order_external_id, 'whose', c.email)
    order by e.occurred_at, e.type, e.order_external_id, e.body->'data'->>'parcelId') from app.event e left join app.customer c on c.shop_id = e.shop_id and c.id = e.customer_id
    where e.order_external_id like $2 or c.email like $1)) as state`;

describe('what senders tell', () => {
  let one: OneShop;
  let metricsPort: string;
  beforeAll(async () => {
    metricsPort = String(await freePort());
    one = await OneShop.start({ METRICS_PORT: metricsPort });
    await one.shop.install('delivery-csat', { window: null, after: 'PT36H' });
  });
  afterAll(() => one?.stop());

  it('F28: another body under a known id changes nothing, and is counted', () =>
    expectFirstBodiesKept(one, metricsPort));

  it('F27: news in any order, days late or told at the very end, come to the same as news in order', () =>
    expectSameEnd(one));
});

async function expectFirstBodiesKept(one: OneShop, metricsPort: string): Promise<void> {
  const sender = await one.shop.sender();
  const ids = Array.from({ length: CONFLICTS }, (_, index) => 5_000 + index);
  for (const id of ids) {
    const first = orderPlaced(orderOf(id, START));
    const other = { ...first, body: orderPlaced({ ...orderOf(id, START), email: `other${id}@example.com` }).body };
    expect((await sender.send(first)).status).toBe(202);
    const again = await sender.send(other);
    expect([again.status, JSON.parse(again.text)]).toEqual([202, { id: expect.any(String) }]);
  }
  await one.shop.advance('PT1S');
  const [stored] = await one.rows<{ bodies: number; others: number }>(
    `select (select count(*)::int from app.inbox_event where body like '%"id":5___,%') as bodies,
       (select count(*)::int from app.customer_identity where value like 'other%') as others`,
  );
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  noteProof({
    fault: 'F28',
    cases: CONFLICTS,
    lost: CONFLICTS - (stored?.bodies ?? 0),
    doubled: stored?.others ?? 0,
  });
  expect(stored).toEqual({ bodies: CONFLICTS, others: 0 });
  expect(metrics).toContain(`afterglow_webhooks_total{kind="shopify",result="conflict"} ${CONFLICTS}`);
  expect(one.shop.apps[0]?.output).toContain('The id of an earlier webhook came with another body');
  const event = { id: 'same', type: 'customer.updated', occurredAt: START, data: {} };
  const tell = (email: string) => one.shop.client.call('POST', '/api/v1/events', { ...event, customer: { email } });
  expect([(await tell('one@example.com')).status, (await tell('two@example.com')).status]).toEqual([202, 409]);
}

async function expectSameEnd(one: OneShop): Promise<void> {
  const random = seededRandom(SEED);
  const history = randomHistory({ seed: SEED, orders: ORDERS, people: ORDERS / 3, from: '2025-10-01T00:00:00.000Z' });
  const inOrder = history.toSorted((a, b) => (a.occurredAt < b.occurredAt ? -1 : 1));
  const late = history
    .map((event) => ({
      event,
      at: random() < MISSED ? Infinity : Date.parse(event.occurredAt) + random() * 3 * DAY_MS,
    }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ event }) => event);
  await tellAll(one, 'a', inOrder);
  await tellAll(one, 'b', late);
  const [ordered, reordered] = [await endState(one, 'a'), await endState(one, 'b')];
  const moved = late.filter((event, index) => inOrder[index] !== event).length;
  noteProof({ fault: 'F27', cases: history.length, lost: ordered === reordered ? 0 : 1, doubled: 0, seed: SEED });
  process.stdout.write(`F27: ${history.length} events of ${ORDERS} orders, ${moved} in another place, seed ${SEED}\n`);
  expect(moved).toBeGreaterThan(history.length / 2);
  expect(JSON.parse(reordered)).toEqual(JSON.parse(ordered));
}

/** The same people, orders and ids under a letter of their own. */
async function tellAll(one: OneShop, letter: string, events: readonly ToldEvent[]): Promise<void> {
  const wire = events.map(({ receivedAt: _receivedAt, id, customer, order, ...event }) => ({
    ...event,
    id: `${letter}-${id}`,
    ...(customer && { customer: named(customer, letter) }),
    ...(order && { order: { externalId: `${letter}-${order.externalId}` } }),
  }));
  for (let start = 0; start < wire.length; start += BATCH) {
    const { status, text } = await one.shop.client.call('POST', '/api/v1/events', wire.slice(start, start + BATCH));
    expect([status, text.includes('invalid')]).toEqual([202, false]);
    // each batch is worked on before the next one comes, as days pass between them
    await one.shop.advance('PT1S');
  }
}

function named({ externalId, email, phone }: NonNullable<ToldEvent['customer']>, letter: string) {
  const digit = letter === 'a' ? '1' : '2';
  return {
    externalId: `${letter}-${externalId}`,
    email: `${letter}-${email}`,
    ...(phone && { phone: phone.replace(/^\+49151/, `+4915${digit}`) }),
  };
}

async function endState(one: OneShop, letter: string): Promise<string> {
  const [row] = await one.rows<{ state: object }>(END_STATE, [`${letter}-%`, `${letter}-%`]);
  return (
    JSON.stringify(row?.state)
      .replaceAll(`"${letter}-`, '"')
      .replaceAll(`order ${letter}-`, 'order ')
      // ids that we gave to events
      .replaceAll(/[\da-f]{8}-[\da-f-]{27}-\d+/g, 'event')
      .replaceAll(letter === 'a' ? '+49151' : '+49152', '+4915')
  );
}
