import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../e2e/installation.js';
import { isLong, noteProof } from '../support/proof.js';
import { orderPlaced } from '../support/shopify-orders.js';
import { OneShop, orderOf, START } from './one-shop.js';

jest.setTimeout(isLong ? 900_000 : 240_000);

const ORDERS = isLong ? 2_000 : 40;
const IN_HAND = 8;
const DAY_MS = 86_400_000;

/** Something of use for three days, and something that is always of use, both a day after the order. */
const journey = (key: string, messageClass: string, usefulFor: string): string => `
key: ${key}
title: A word a day later
class: ${messageClass}
trigger: order.placed
entry: { key: order.id }
exitOn: [order.cancelled, order.refunded, return.requested]
holdOut: none
steps:
  - { id: rest, kind: wait, settings: { for: P1D } }
  - { id: say, kind: send, settings: { template: word, channels: [email]${usefulFor} } }
templates:
  word: { en: { subject: 'A word', mjml: '<mj-text>A word</mj-text>' } }
`;

/** The clock goes on while nobody works. */
const MOVE = `update app.virtual_clock set instant = $1::timestamptz`;
const leasesBy = (clock: string): string => `
create or replace function app.lease_now() returns timestamptz language sql volatile parallel safe set search_path = pg_catalog
  as $$ select ${clock} $$`;
const IN_DOUBT = `select count(*)::int as n from app.message where state = 'unknown'`;
const HANDING = `select count(*)::int as n from app.message where state = 'handing'`;

describe('an outage', () => {
  let one: OneShop;
  beforeAll(async () => {
    one = await OneShop.start({}, 'ingest', 'worker', 'api');
    await one.shop.publish(journey('news', 'feedback', ', usefulFor: P3D'));
    await one.shop.publish(journey('facts', 'service', ''));
  });
  afterAll(() => one?.stop());

  it('F29: of ten days ends with what is still of use; what is not is left out, and why', async () => {
    await outage(one);
    const fates = await one.rows<{ class: string; state: string; reason: string | null; n: number }>(
      'select class, state, reason, count(*)::int as n from app.message group by 1, 2, 3 order by 1, 2, 3',
    );
    noteProof({ fault: 'F29', cases: 2 * ORDERS, messages: 4 * ORDERS, stops: 1, lost: 0, doubled: 0 });
    expect(fates).toEqual([
      { class: 'feedback', state: 'expired', reason: 'useful-until', n: 2 * ORDERS },
      { class: 'service', state: 'sent', reason: null, n: 2 * ORDERS },
    ]);
    const visits = await one.rows<{ state: string; reason: string | null; n: number }>(
      `select v.state, v.reason, count(*)::int as n from app.step_visit v join app.message m
         on m.shop_id = v.shop_id and m.run_id = v.run_id and m.step = v.step where m.class = 'feedback' group by 1, 2`,
    );
    expect(visits).toEqual([{ state: 'skipped', reason: 'useful-until', n: 2 * ORDERS }]);
  });

  it('puts nothing in doubt when time flies while messages are in hand', async () => {
    expect(await flyWhileInHand(one, 10_000)).toBe(0);
  });

  it('NC13: would put what is in hand in doubt if leases ran by the clock of business', async () => {
    await one.rows(leasesBy('app.now()'));
    try {
      // one that starts believes the clock it finds
      await one.shop.apps[1]?.stop();
      await one.shop.startAgain('worker');
      expect(await flyWhileInHand(one, 20_000)).toBeGreaterThan(0);
    } finally {
      await one.rows(leasesBy('clock_timestamp()'));
    }
  });
});

/** Nobody works for ten days; half of the orders are placed meanwhile. */
async function outage(one: OneShop): Promise<void> {
  const sender = await one.shop.sender();
  for (let id = 1; id <= ORDERS; id += 1) await sender.send(orderPlaced(orderOf(id, START)));
  await one.shop.advance('PT1H');
  const [, worker] = one.shop.apps;
  await worker?.stop();
  await one.rows(MOVE, [new Date(Date.parse(START) + 5 * DAY_MS).toISOString()]);
  // senders go on
  for (let id = ORDERS + 1; id <= 2 * ORDERS; id += 1)
    await sender.send(orderPlaced(orderOf(id, new Date(Date.parse(START) + 5 * DAY_MS).toISOString())));
  await one.rows(MOVE, [new Date(Date.parse(START) + 10 * DAY_MS).toISOString()]);
  await one.shop.startAgain('worker');
  await one.shop.advance('PT1S');
}

/** A day passes while a mail server takes its time; how many hand-overs are in doubt then. */
async function flyWhileInHand(one: OneShop, first: number): Promise<number> {
  let isOver = false;
  one.mails.hooks.onData = async () => {
    while (!isOver) await sleep(50);
    return undefined;
  };
  const { now } = await one.shop.client.get<{ now: string }>('/api/v1/clock');
  const sender = await one.shop.sender();
  for (let id = first; id < first + IN_HAND; id += 1)
    await sender.send(orderPlaced(orderOf(id, new Date(Date.parse(now) - DAY_MS).toISOString())));
  const count = async (sql: string): Promise<number> => (await one.rows<{ n: number }>(sql))[0]?.n ?? 0;
  try {
    await eventually(async () => ((await count(HANDING)) > 0 ? true : null), 60_000);
    await one.rows(MOVE, [new Date(Date.parse(now) + DAY_MS).toISOString()]);
    await one.rows('select app.reap_leases()');
    return await count(IN_DOUBT);
  } finally {
    isOver = true;
    one.mails.hooks.onData = undefined;
    await eventually(async () => ((await count(HANDING)) === 0 ? true : null), 60_000);
  }
}
