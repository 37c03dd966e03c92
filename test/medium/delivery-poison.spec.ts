import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Channel, HandOverResult } from '#app/application';
import type { ConfiguredChannels } from '#app/channels';
import { SmtpSink } from '../support/smtp-sink.js';
import { DeliveryRig } from './delivery-rig.js';

let rig: DeliveryRig;
let sink: SmtpSink;
let channels: ConfiguredChannels;

beforeAll(async () => {
  rig = await DeliveryRig.start('delivery_poison');
});
afterAll(async () => {
  await rig.stop();
});
beforeEach(async () => {
  sink = await SmtpSink.start();
  channels = rig.smtp(sink);
});
afterEach(async () => {
  await channels.close();
  await sink.stop();
  await rig.rows(`update app.message set state = 'failed' where state in ('queued', 'claimed', 'handing')`);
});
const deliver = () => rig.deliverer(channels).run('email');
const states = async (ids: readonly string[]): Promise<string[]> =>
  await Promise.all(ids.map(async (id) => (await rig.message(id)).state));

/** Answers what the test says, or waits until it says so. */
class TalkingChannel implements Channel {
  readonly code = 'talking';
  readonly title = 'Talking';
  readonly medium = 'email';
  readonly timeoutMs = 1_000;
  taken = 0;

  constructor(
    private readonly answer: () => Promise<HandOverResult>,
    readonly concurrency = 4,
  ) {}

  send(): Promise<HandOverResult> {
    this.taken += 1;
    return this.answer();
  }

  async close(): Promise<void> {}
}
const SENT: HandOverResult = { outcome: 'sent', phase: 'answered', providerRef: null, code: null, detail: null };

describe('a message that can’t go as it is', () => {
  it('goes without the NULs that its template made, and holds up nobody', async () => {
    const odd = await rig.plan(1, { template: 'odd', customer: { firstName: '😀 Ada' } });
    const plain = await rig.plan(2);
    expect(await deliver()).toMatchObject({ claimed: 3, sent: 3 });
    expect(await states([...odd, ...plain])).toEqual(['sent', 'sent', 'sent']);
    const [row] = await rig.rows('select subject from app.message_content where message_id = $1', [odd[0]]);
    expect(row).toEqual({ subject: 'Hi 😀, 1' });
  });

  it('becomes a dead letter when composing it breaks, while its neighbours go', async () => {
    // what a damaged row could hold
    const broken = await rig.plan(1, { customer: { locale: 7 as never } });
    const plain = await rig.plan(2);
    expect(await deliver()).toMatchObject({ claimed: 3, sent: 2, failed: 1 });
    expect(await states([...broken, ...plain])).toEqual(['failed', 'sent', 'sent']);
  });

  it('becomes a dead letter after nine claims that came to no end', async () => {
    const [id = ''] = await rig.plan(1);
    await rig.rows('update app.message set attempts = 8 where id = $1', [id]);
    expect(await deliver()).toMatchObject({ claimed: 1, sent: 0, failed: 1 });
    expect(await rig.rows('select code from app.dead_letter where ref_id = $1', [id])).toEqual([{ code: 'internal' }]);
  });
});

describe('a message of an archived journey', () => {
  it('is not tried again', async () => {
    const ids = await rig.plan(1);
    await rig.rows(`update app.journey set state = 'archived'`);
    expect(await deliver()).toMatchObject({ claimed: 1, suppressed: 1 });
    await rig.rows(`update app.journey set state = 'live'`);
    expect(await rig.message(ids[0] ?? '')).toMatchObject({ state: 'suppressed', reason: 'archived' });
  });
});

describe('an answer of a provider', () => {
  it('is recorded whatever characters it has', async () => {
    const ids = await rig.plan(3);
    const detail = 'queued as \0 \uD83D';
    const channel = new TalkingChannel(() => Promise.resolve({ ...SENT, code: '250 \0', detail }));
    expect(await rig.deliverer(channel).run('email')).toMatchObject({ sent: 3 });
    expect(await states(ids)).toEqual(['sent', 'sent', 'sent']);
  });

  it('is recorded once a transaction that held the row has ended, however long it took', async () => {
    const [id = ''] = await rig.plan(1);
    const holder = await rig.secondOwner();
    const channel = new TalkingChannel(async () => {
      await holder.query('begin');
      await holder.query('select 1 from app.message where id = $1 for update', [id]);
      setTimeout(() => void holder.query('commit'), 6_000);
      return SENT;
    });
    expect(await rig.deliverer(channel).run('email')).toMatchObject({ sent: 1 });
    expect(await states([id])).toEqual(['sent']);
    await holder.end();
  }, 20_000);
});

describe('a worker that is told to stop', () => {
  it('ends what is being handed over and puts all else back at once', async () => {
    const ids = await rig.plan(120);
    const waiting: (() => void)[] = [];
    const channel = new TalkingChannel(() => new Promise((resolve) => waiting.push(() => resolve(SENT))), 2);
    const deliverer = rig.deliverer(channel);
    const run = deliverer.run('email');
    while (channel.taken < 2) await rig.clock.sleep(5);
    deliverer.stop();
    for (const answer of waiting) answer();
    expect(await run).toMatchObject({ sent: 2 });
    expect(channel.taken).toBe(2);
    const counted = await rig.rows(
      'select state, count(*)::int as n from app.message where id = any($1) group by 1 order by 1',
      [ids],
    );
    expect(counted).toEqual([
      { state: 'queued', n: 118 },
      { state: 'sent', n: 2 },
    ]);
    expect(
      await rig.rows('select 1 from app.message where id = any($1) and state = $2 and attempts > 0', [ids, 'queued']),
    ).toEqual([]);
  });
});
