import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ContactBooks, DueMessage, Transaction } from '#app/application';
import type { ConfiguredChannels } from '#app/channels';
import type { Medium } from '#app/domain';
import { PgContactStore } from '#app/persistence';
import { SmtpSink } from '../support/smtp-sink.js';
import { DeliveryRig } from './delivery-rig.js';

const LIMIT = 50;
const SMALL_SHOPS = 20;

let rig: DeliveryRig;
let sink: SmtpSink;
let channels: ConfiguredChannels;

beforeAll(async () => {
  rig = await DeliveryRig.start('claims');
  sink = await SmtpSink.start();
  channels = rig.smtp(sink);
});
afterAll(async () => {
  await channels?.close();
  await sink?.stop();
  await rig?.stop();
});
beforeEach(async () => {
  await rig.rows(`update app.message set state = 'failed' where state in ('queued', 'claimed', 'handing')`);
  await rig.rows('delete from app.timer');
});

/** As housekeeping does it after the leases of those who died. */
async function bringBack(): Promise<void> {
  await rig.rows(
    `update app.message set lease_until = clock_timestamp() - interval '1 s' where state in ('claimed', 'handing')`,
  );
  await rig.rows(`update app.timer set lease_until = clock_timestamp() - interval '1 s' where state = 'claimed'`);
  await rig.rows('select app.reap_leases()');
}

/** The process ends when it comes to this message: nothing of the claim is carried on. */
class DeadlyFor extends PgContactStore {
  constructor(private readonly id: string) {
    super();
  }

  override async books(tx: Transaction, messages: readonly DueMessage[], fenced?: Medium): Promise<ContactBooks> {
    if (messages.some(({ id }) => id === this.id)) throw new Error('killed');
    return super.books(tx, messages, fenced);
  }
}

describe('a message that ends its worker', () => {
  it('goes to the dead letters alone, after five deaths', async () => {
    const before = await rig.plan(10);
    const [culprit = ''] = await rig.plan(1, { dueAt: '2026-01-01T00:00:01Z' });
    const after = await rig.plan(10, { dueAt: '2026-01-01T00:00:02Z' });
    let deaths = 0;
    for (let run = 0; run < 10; run += 1) {
      const worker = rig.deliverer(channels, { firstLook: new DeadlyFor(culprit) });
      await worker.run('email').catch(() => (deaths += 1));
      await bringBack();
    }
    expect(deaths).toBe(5);
    expect(await rig.message(culprit)).toMatchObject({ state: 'failed', reason: 'gave-up' });
    expect(await rig.rows('select ref_id from app.dead_letter')).toEqual([{ ref_id: culprit }]);
    const others = await rig.rows<{ state: string; attempts: number }>(
      'select state, max(attempts) as attempts from app.message where id = any($1) group by 1',
      [[...before, ...after]],
    );
    // those that were claimed beside it were claimed once more, alone
    expect(others).toEqual([{ state: 'sent', attempts: 2 }]);
  });

  it('goes when it was only there', async () => {
    const [id = ''] = await rig.plan(1);
    await rig.rows('update app.message set claims_lost = 4 where id = $1', [id]);
    expect(await rig.deliverer(channels).run('email')).toMatchObject({ claimed: 1, sent: 1 });
  });
});

describe('a timer that ends its worker', () => {
  const claim = () =>
    rig.rows<{ run_id: string; is_suspect: boolean; attempts: number }>(
      `select * from app.claim_due_timers(100, '60 s')`,
    );

  it('is claimed alone from the third time on', async () => {
    await rig.rows(
      `insert into app.timer (shop_id, run_id, due_at) select $1, gen_random_uuid(), app.now() - n * interval '1 s' from generate_series(1, 30) n`,
      [rig.shopId],
    );
    for (const round of [1, 2]) {
      expect((await claim()).map(({ attempts, is_suspect }) => [attempts, is_suspect])).toEqual(
        Array.from({ length: 30 }, () => [round, false]),
      );
      await bringBack();
    }
    for (let n = 0; n < 30; n += 1) {
      const alone = await claim();
      expect(alone).toMatchObject([{ attempts: 3, is_suspect: true }]);
      await rig.rows('delete from app.timer where run_id = $1', [alone[0]?.run_id]);
    }
    expect(await claim()).toEqual([]);
  });
});

describe('a shop with more to do than fits', () => {
  it('leaves every other shop its share of each claim of messages', async () => {
    await rig.plan(300);
    const small = await copiesForOtherShops(SMALL_SHOPS);
    const claimed = await rig.rows<{ shop_id: string }>(
      `select * from app.claim_due_messages('email', $1, $1, '60 s')`,
      [LIMIT],
    );
    expect(claimed).toHaveLength(LIMIT);
    const shops = new Set(claimed.map((row) => row.shop_id));
    expect(small.filter((shop) => shops.has(shop))).toEqual(small);
    // its share is all that the others leave
    expect(claimed.filter((row) => row.shop_id === rig.shopId).length).toBeGreaterThanOrEqual(LIMIT - 2 * SMALL_SHOPS);
  });

  it('leaves every other shop its share of each claim of timers', async () => {
    const shops = await otherShops(SMALL_SHOPS);
    await rig.rows(
      `insert into app.timer (shop_id, run_id, due_at) select $1, gen_random_uuid(), app.now() - n * interval '1 s' from generate_series(1, 500) n`,
      [rig.shopId],
    );
    await rig.rows(
      `insert into app.timer (shop_id, run_id, due_at) select s, gen_random_uuid(), app.now() - interval '1 ms' from unnest($1::uuid[]) s`,
      [shops],
    );
    const claimed = await rig.rows<{ shop_id: string }>(`select * from app.claim_due_timers(100, '60 s')`);
    expect(claimed).toHaveLength(100);
    const served = new Set(claimed.map((row) => row.shop_id));
    expect(shops.filter((shop) => served.has(shop))).toHaveLength(SMALL_SHOPS);
  });

  it('has its bodies taken in turn with those of the others', async () => {
    const shops = await otherShops(3);
    const body = `insert into app.inbox_event (shop_id, received_at, id, source_id, kind, headers, body)
      select $1, date_trunc('milliseconds', app.now()) + n * interval '1 ms', gen_random_uuid(), $1, 'api', '{}', '{}' from generate_series(1, $2::int) n`;
    await rig.rows(body, [rig.shopId, 100]);
    for (const shop of shops) await rig.rows(body, [shop, 2]);
    const turns: string[] = [];
    for (let turn = 0; turn < 8; turn += 1) {
      const rows = await rig.rows<{ shop_id: string }>(`select * from app.claim_inbox(1, '60 s')`);
      turns.push(...rows.map((row) => row.shop_id));
    }
    expect(new Set(turns.slice(0, 4)).size).toBe(4);
    expect(turns.slice(4)).toEqual(turns.slice(0, 4));
  });
});

describe('a crowd that statistics know nothing of yet', () => {
  const CROWD = 10_000;

  it('makes no claim of timers look at all of it', async () => {
    const shops = await otherShops(SMALL_SHOPS);
    await rig.rows(
      `insert into app.timer (shop_id, run_id, due_at)
       select s, gen_random_uuid(), app.now() + n * interval '1 h' from unnest($1::uuid[]) s, generate_series(1, 500) n`,
      [shops],
    );
    await rig.rows('analyze app.timer');
    await rig.rows(
      `insert into app.timer (shop_id, run_id, due_at)
       select $1, gen_random_uuid(), app.now() - n * interval '1 s' from generate_series(1, $2::int) n`,
      [rig.shopId, CROWD],
    );
    await rig.rows(
      `insert into app.timer (shop_id, run_id, due_at)
       select s, gen_random_uuid(), app.now() - interval '1 ms' from unnest($1::uuid[]) s`,
      [shops],
    );
    expect(await pagesOf(`select * from app.claim_due_timers(100, '60 s')`)).toBeLessThan(CROWD / 2);
  });

  it('makes no claim of messages look at all of it', async () => {
    await rig.plan(1);
    await rig.rows('analyze app.message');
    const shops = await copiesForOtherShops(SMALL_SHOPS);
    await copies(
      Array.from({ length: CROWD }, () => rig.shopId),
      '2026-01-01T00:00:00Z',
    );
    expect(await pagesOf(`select * from app.claim_due_messages('email', 50, 50, '60 s')`)).toBeLessThan(CROWD / 2);
    const [row] = await rig.rows<{ n: string }>(
      `select count(distinct shop_id) as n from app.message where state = 'claimed' and shop_id = any($1)`,
      [shops],
    );
    expect(Number(row?.n)).toBe(SMALL_SHOPS);
  });

  /** Of 8 KB: what the server looks at for it and in it. */
  async function pagesOf(claim: string): Promise<number> {
    const rows = await rig.rows<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
      `explain (analyze, buffers, format json) ${claim}`,
    );
    const plan = rows[0]?.['QUERY PLAN'][0].Plan ?? {};
    return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
  }
});

async function otherShops(count: number): Promise<string[]> {
  const rows = await rig.rows<{ id: string }>(
    `insert into app.shop (id, name, time_zone, currency, locale)
     select gen_random_uuid(), 'small', 'UTC', 'EUR', 'en' from generate_series(1, $1::int) returning id`,
    [count],
  );
  return rows.map(({ id }) => id);
}

/** One message due just now in each of so many other shops. */
async function copiesForOtherShops(count: number): Promise<string[]> {
  const shops = await otherShops(count);
  await copies(shops, null);
  return shops;
}

/** A message that waits, once more for each of these; due at that time, or just now. */
async function copies(shops: readonly string[], dueAt: string | null): Promise<void> {
  await rig.rows(
    `insert into app.message select copy.* from unnest($1::uuid[]) s,
       lateral (select m from app.message m where m.shop_id = $2 and m.state = 'queued' limit 1) one,
       jsonb_populate_record(one.m, jsonb_build_object('shop_id', s, 'id', gen_random_uuid(),
         'message_key', sha256(random()::text::bytea), 'not_before', coalesce($3::timestamptz, app.now()))) copy`,
    [shops, rig.shopId, dueAt],
  );
}
