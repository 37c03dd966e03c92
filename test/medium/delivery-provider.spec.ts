import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Channel, HandOverResult } from '#app/application';
import { DeliveryRig } from './delivery-rig.js';

const SENT: HandOverResult = { outcome: 'sent', phase: 'answered', providerRef: null, code: null, detail: null };
const DOWN: HandOverResult = { ...SENT, outcome: 'provider_down', code: '421' };

let rig: DeliveryRig;

beforeAll(async () => {
  rig = await DeliveryRig.start('delivery_provider');
});
afterAll(() => rig?.stop());
beforeEach(async () => {
  await rig.rows(`update app.message set state = 'failed' where state in ('queued', 'claimed', 'handing')`);
  await rig.rows('delete from app.provider_health');
});

/** A provider whose answers the test sets. */
class SickChannel implements Channel {
  readonly code = 'sick';
  readonly title = 'Sick';
  readonly medium = 'email';
  readonly timeoutMs = 1_000;
  readonly concurrency = 4;
  tries = 0;
  answer: HandOverResult = DOWN;

  async send(): Promise<HandOverResult> {
    this.tries += 1;
    return this.answer;
  }

  async close(): Promise<void> {}
}

const health = async (): Promise<Record<string, unknown> | undefined> => {
  const [row] = await rig.rows<{ health: Record<string, unknown> }>('select health from app.provider_health');
  return row?.health;
};
const probeNow = () =>
  rig.rows(`update app.provider_health set version = version + 1, health = health || '{"probeAt": 0}'`);

describe('a provider that is down', () => {
  it('is left alone after twenty tries, by every worker; what waits keeps its tries and its place', async () => {
    const channel = new SickChannel();
    await rig.plan(100);
    await rig.deliverer(channel).run('email');
    expect(channel.tries).toBeGreaterThanOrEqual(20);
    // those that were under way when it opened
    expect(channel.tries).toBeLessThanOrEqual(20 + channel.concurrency);
    const tries = channel.tries;
    // another worker, which has seen nothing itself
    await rig.deliverer(channel).run('email');
    expect(channel.tries).toBe(tries);
    expect(await health()).toMatchObject({ state: 'open', reason: '421' });
    expect(
      await rig.rows(
        `select state, max(attempts) as attempts, count(*)::int as n from app.message where state <> 'failed' group by 1`,
      ),
    ).toEqual([{ state: 'queued', attempts: 0, n: 100 }]);
  });

  it('is asked by one message after the other, and gets all of them once three were taken', async () => {
    const channel = new SickChannel();
    await rig.plan(60);
    const worker = rig.deliverer(channel);
    await worker.run('email');
    await rig.rows(`update app.message set not_before = app.now() where state = 'queued'`);
    channel.tries = 0;
    await probeNow();
    await rig.deliverer(channel).run('email');
    expect(channel.tries).toBe(1);
    expect(await health()).toMatchObject({ state: 'open' });
    channel.answer = SENT;
    await probeNow();
    const reports = [];
    // the sweeps of some seconds
    for (let sweep = 0; sweep < 6; sweep += 1) reports.push(await rig.deliverer(channel).run('email'));
    expect(reports.reduce((sum, { sent }) => sum + sent, 0)).toBeGreaterThanOrEqual(59);
    expect(reports[0]).toMatchObject({ sent: 1 });
    expect(await health()).toMatchObject({ state: 'closed' });
  });
});

describe('what a provider has sent back', () => {
  it('comes again in small numbers while others of its kind still fail', async () => {
    const channel = new SickChannel();
    await rig.plan(200);
    await rig.rows(`update app.message set returned = 1 where state = 'queued'`);
    await rig.rows(`insert into app.provider_health (channel, version, health) values ('sick', 1, $1)`, [
      {
        state: 'closed',
        since: 0,
        reason: '451',
        tries: 100,
        failed: 30,
        firsts: 100,
        retries: 0,
        trouble: 0.3,
        connectionsFailed: 0,
        goodProbes: 0,
        probeAt: 0,
        at: Date.now(),
      },
    ]);
    channel.answer = { ...SENT, outcome: 'permanent', code: '550' };
    // half a minute's worth: a tenth of what was new, and half a retry a second
    const { claimed } = await rig.deliverer(channel).run('email');
    expect(claimed).toBeGreaterThan(0);
    expect(claimed).toBeLessThan(60);
  });
});
