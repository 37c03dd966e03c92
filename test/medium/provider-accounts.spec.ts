import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { accountContext } from '#app/application';
import { ConfiguredChannels } from '#app/channels';
import { SmtpSink } from '../support/smtp-sink.js';
import { DeliveryRig } from './delivery-rig.js';

interface AccountPlan {
  readonly weight?: number;
  readonly perSecond?: number;
  readonly perDay?: number;
  readonly isPaused?: boolean;
}

let rig: DeliveryRig;
let usual: SmtpSink;
let ours: SmtpSink;
let theirs: SmtpSink;
let channels: ConfiguredChannels;

beforeAll(async () => {
  rig = await DeliveryRig.start('provider_accounts');
  [usual, ours, theirs] = await Promise.all([SmtpSink.start(), SmtpSink.start(), SmtpSink.start()]);
});
afterAll(async () => {
  await Promise.all([usual, ours, theirs].map((sink) => sink?.stop()));
  await rig?.stop();
});
beforeEach(async () => {
  await channels?.close();
  channels = new ConfiguredChannels({
    smtpUrl: usual.url,
    mailFrom: 'hello@birch.example',
    accounts: { allowLoopback: true },
  });
  await rig.rows(`update app.message set state = 'failed'`);
  await rig.rows('delete from app.provider_account');
  await rig.rows('delete from app.provider_account_use');
  await rig.rows('delete from app.provider_health');
  for (const sink of [usual, ours, theirs]) {
    sink.ledger.clear();
    sink.hooks.onRcpt = undefined;
  }
});

async function account(sink: SmtpSink, plan: AccountPlan = {}): Promise<string> {
  const id = randomUUID();
  const settings = { url: sink.url, from: 'shop@own.example' };
  const sealed = rig.secrets.seal(JSON.stringify(settings), accountContext(id));
  const { weight = 1, perSecond = null, perDay = null, isPaused = false } = plan;
  await rig.rows(
    `insert into app.provider_account (shop_id, id, medium, channel, name, settings, weight, per_second, per_day, paused_at)
     values ($1, $2, 'email', 'email-smtp', 'One', $3, $4, $5, $6, case when $7 then now() end)`,
    [rig.shopId, id, sealed, weight, perSecond, perDay, isPaused],
  );
  return id;
}

const deliver = () => rig.deliverer(channels).run('email');
const states = () =>
  rig.rows<{ state: string; reason: string | null; n: number }>(
    `select state, reason, count(*)::int as n from app.message where state <> 'failed' group by 1, 2 order by 1, 2`,
  );

describe('a shop with accounts of its own', () => {
  it('sends by each of them by its weight, from its address, and says by which one a message went', async () => {
    const [a, b] = [await account(ours, { weight: 3 }), await account(theirs)];
    await rig.plan(200);
    expect(await deliver()).toMatchObject({ claimed: 200, sent: 200 });
    expect(usual.mails).toHaveLength(0);
    // 150 are expected; with keys spread evenly it is further off once in a million runs
    expect(Math.abs(ours.mails.length - 150)).toBeLessThan(31);
    expect(ours.mails.length + theirs.mails.length).toBe(200);
    expect(new Set(ours.mails.map(({ from }) => from))).toEqual(new Set(['shop@own.example']));
    const rows = await rig.rows<{ account_id: string; n: number }>(
      `select m.account_id, count(*)::int as n from app.message m join app.delivery_attempt d on d.message_id = m.id
       where d.account_id = m.account_id and m.state = 'sent' and m.account_id is not null group by 1`,
    );
    expect(new Map(rows.map(({ account_id: id, n }) => [id, n]))).toEqual(
      new Map([
        [a, ours.mails.length],
        [b, theirs.mails.length],
      ]),
    );
  });

  it('sends by the others while one is down, and tries a message again by another one', async () => {
    const sick = await account(ours);
    await account(theirs);
    ours.hooks.onRcpt = () => '421 4.3.2 Not now';
    await rig.plan(150);
    for (let round = 0; round < 20; round += 1) {
      await deliver();
      await rig.rows(`update app.message set not_before = now() where state = 'queued'`);
    }
    expect(await states()).toEqual([{ state: 'sent', reason: null, n: 150 }]);
    expect(theirs.mails).toHaveLength(150);
    const [row] = await rig.rows<{ health: object }>('select health from app.provider_health where channel = $1', [
      sick,
    ]);
    expect(row?.health).toMatchObject({ state: 'open' });
  });

  it('leaves messages as they are while all its accounts are paused, and takes up changes within seconds', async () => {
    const id = await account(ours, { isPaused: true });
    await rig.plan(3);
    const worker = rig.deliverer(channels);
    expect(await worker.run('email')).toMatchObject({ claimed: 0 });
    expect(await states()).toEqual([{ state: 'queued', reason: null, n: 3 }]);
    await rig.rows('update app.provider_account set paused_at = null, changed_at = clock_timestamp() where id = $1', [
      id,
    ]);
    for (let tries = 0; ours.mails.length < 3 && tries < 100; tries += 1) {
      await worker.run('email');
      await rig.clock.sleep(200);
    }
    expect(ours.mails).toHaveLength(3);
    expect(usual.mails).toHaveLength(0);
  });

  it('sends by the others when the settings of one cannot be opened', async () => {
    const damaged = await account(ours);
    await account(theirs);
    await rig.rows(`update app.provider_account set settings = 'damaged' where id = $1`, [damaged]);
    await rig.plan(5);
    expect(await deliver()).toMatchObject({ sent: 5 });
    expect(theirs.mails).toHaveLength(5);
  });

  it('goes back to the account of the installation when its last one is removed', async () => {
    const id = await account(ours);
    await rig.rows('update app.provider_account set deleted_at = now() where id = $1', [id]);
    await rig.plan(2);
    expect(await deliver()).toMatchObject({ sent: 2 });
    expect(usual.mails).toHaveLength(2);
  });
});

describe('limits of an account', () => {
  it('are kept by several workers together: no more than its day, the rest the next morning', async () => {
    await account(ours, { perDay: 70 });
    await rig.plan(120);
    await Promise.all([deliver(), deliver(), deliver()]);
    expect(ours.mails).toHaveLength(70);
    const waiting = await rig.rows<{ n: number; is_tomorrow: boolean }>(
      `select count(*)::int as n, bool_and((not_before at time zone 'UTC')::date > (now() at time zone 'UTC')::date) as is_tomorrow
       from app.message where state = 'queued' and reason = 'provider-day-over'`,
    );
    expect(waiting[0]?.n).toBeGreaterThan(0);
    expect(waiting[0]?.is_tomorrow).toBe(true);
    // no try was charged
    expect(await rig.rows(`select max(attempts) as most from app.message where state = 'queued'`)).toEqual([
      { most: 0 },
    ]);
    // the next day
    await rig.rows(`update app.provider_account_use set day = day - 1`);
    await rig.rows(`update app.message set not_before = now() where state = 'queued'`);
    expect(await deliver()).toMatchObject({ sent: 50 });
  });

  it('are kept to the second', async () => {
    await account(ours, { perSecond: 20 });
    await rig.plan(60);
    const startedAt = performance.now();
    while (ours.mails.length < 60) {
      await Promise.all([deliver(), deliver()]);
      await rig.rows(`update app.message set not_before = now() where state = 'queued'`);
    }
    // a second's worth at once, then twenty a second
    expect(performance.now() - startedAt).toBeGreaterThan(1_900);
    expect(await states()).toEqual([{ state: 'sent', reason: null, n: 60 }]);
  });

  it('overflow to the next account', async () => {
    await account(ours, { perDay: 10, weight: 100 });
    await account(theirs);
    await rig.plan(50);
    expect(await deliver()).toMatchObject({ sent: 50 });
    expect(ours.mails.length).toBeLessThanOrEqual(10);
    expect(ours.mails.length + theirs.mails.length).toBe(50);
  });
});

describe('where an account may lead', () => {
  it('is what is public alone: neither this machine nor its neighbours', async () => {
    const guarded = new ConfiguredChannels({});
    const before = ours.connections;
    for (const url of [
      ours.url,
      'smtp://10.0.0.1:25',
      'smtp://[::1]:25',
      'smtp://169.254.169.254:587',
      'smtp://localhost:25',
    ]) {
      const channel = guarded.open('email-smtp', { url, from: 'shop@own.example' }, 'email');
      const result = await channel.send({
        id: 'm',
        key: '0'.repeat(64),
        medium: 'email',
        to: 'ada@mail.example',
        fromName: 'Shop',
        subject: 'Hello',
        text: 'Hello',
        html: null,
        unsubscribeUrl: null,
      });
      expect([url, result.outcome, result.phase, result.code]).toEqual([url, 'transient', 'none', 'ENOTPUBLIC']);
      await channel.close();
    }
    expect(ours.connections).toBe(before);
  });
});
