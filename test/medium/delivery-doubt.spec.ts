import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Channel, HandOverResult, OutboundMessage } from '#app/application';
import type { ConfiguredChannels } from '#app/channels';
import PostalMime from 'postal-mime';
import { SmtpSink } from '../support/smtp-sink.js';
import { DeliveryRig } from './delivery-rig.js';
import { SURVEY } from './planned-message.js';

let rig: DeliveryRig;
let sink: SmtpSink;
let channels: ConfiguredChannels;

beforeAll(async () => {
  rig = await DeliveryRig.start('delivery_doubt');
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
  // no test meets messages of another
  await rig.rows(`update app.message set state = 'failed' where state in ('queued', 'claimed', 'handing')`);
});
const one = async (
  ...plan: Parameters<DeliveryRig['plan']> extends [number, ...infer P] ? P : never
): Promise<string> => (await rig.plan(1, ...plan))[0] ?? '';
const deliver = () => rig.deliverer(channels).run('email');

/** A provider that answers when the test says so. */
class SlowChannel implements Channel {
  readonly code = 'slow';
  readonly title = 'Slow';
  readonly medium = 'email';
  readonly concurrency = 4;
  readonly timeoutMs = 1_000;
  readonly got: OutboundMessage[] = [];
  readonly answers: ((result: HandOverResult) => void)[] = [];
  private readonly watchers: (() => void)[] = [];

  send(message: OutboundMessage): Promise<HandOverResult> {
    this.got.push(message);
    for (const watcher of this.watchers.splice(0)) watcher();
    return new Promise((resolve) => this.answers.push(resolve));
  }

  taken(): Promise<void> {
    return this.got.length > 0 ? Promise.resolve() : new Promise((resolve) => this.watchers.push(resolve));
  }

  async close(): Promise<void> {}
}
const SENT: HandOverResult = { outcome: 'sent', phase: 'answered', providerRef: 'late', code: null, detail: null };

describe('a process that dies between fence and record', () => {
  it('leaves an unknown message that is never resent, until a person decides', async () => {
    const id = await one();
    const channel = new SlowChannel();
    const abandoned = rig.deliverer(channel).run('email');
    await channel.taken();
    await rig.rows(`update app.message set lease_until = now() - interval '1 second' where id = $1`, [id]);
    expect(await rig.housekeeping.reapLeases()).toMatchObject({ unknown: 1 });
    expect(await rig.message(id)).toMatchObject({ state: 'unknown', reason: 'lease-expired' });
    expect(await deliver()).toMatchObject({ claimed: 0 });
    await expect(rig.settle.run(rig.shopId, id, 'resend', ' ')).rejects.toMatchObject({ code: 'validation' });
    await rig.settle.run(rig.shopId, id, 'resend', 'the customer asked for it');
    expect(await deliver()).toMatchObject({ sent: 1 });
    // the answer of the first hand-over comes at last: it belongs to an epoch that is over
    channel.answers[0]?.(SENT);
    await abandoned;
    expect(await rig.message(id)).toMatchObject({ state: 'sent', channel: 'email-smtp' });
    await expect(rig.settle.run(rig.shopId, id, 'sent', 'again')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is corrected by a late answer of the same epoch', async () => {
    const id = await one();
    const channel = new SlowChannel();
    const late = rig.deliverer(channel).run('email');
    await channel.taken();
    await rig.rows(`update app.message set lease_until = now() - interval '1 second' where id = $1`, [id]);
    await rig.housekeeping.reapLeases();
    channel.answers[0]?.(SENT);
    expect(await late).toMatchObject({ sent: 1 });
    expect(await rig.message(id)).toMatchObject({ state: 'sent', provider_ref: 'late' });
  });

  it('gives a mere claim back', async () => {
    const id = await one();
    await rig.uow.acrossShops((tx) =>
      rig.store.claim(tx, 'email', { messages: 10, retries: 10 }, { only: null, except: [] }, -1),
    );
    expect(await rig.message(id)).toMatchObject({ state: 'claimed', attempts: 1 });
    expect(await rig.housekeeping.reapLeases()).toMatchObject({ released: 1 });
    expect(await deliver()).toMatchObject({ sent: 1 });
  });
});

describe('links', () => {
  it('open and take one answer per submission', async () => {
    const id = await one({ template: 'survey', survey: SURVEY, customer: { locale: 'de' } });
    await deliver();
    const token = rig.token('survey', id);
    const parsed = await PostalMime.parse(sink.mails[0]?.data ?? '');
    expect(parsed.html).toContain(`https://shop.example/s/${token}?score=5`);
    expect(await rig.openSurvey.run(token)).toMatchObject({
      survey: 'delivery',
      question: 'Wie war es?',
      anchors: ['schlecht', 'gut'],
      answer: null,
    });
    const given = { score: 4, comment: ' fine ', submission: 'a1' };
    const first = await rig.answerSurvey.run(token, given);
    expect(await rig.answerSurvey.run(token, given)).toEqual(first);
    expect(await rig.answerSurvey.run(token, { score: 5, submission: 'a2' })).not.toEqual(first);
    const told = await rig.rows<{ body: string }>(
      `select body from app.inbox_event where body like '%survey.answered%' order by seq`,
    );
    expect(told).toHaveLength(2);
    expect(JSON.parse(told[0]?.body ?? '')).toMatchObject({
      order: { externalId: expect.stringMatching(/^o-/) },
      data: {
        survey: 'delivery',
        score: 4,
        comment: 'fine',
        messageId: id,
        channel: 'email',
        instanceId: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
    await expect(rig.answerSurvey.run(token, { score: 6, submission: 'a3' })).rejects.toMatchObject({
      code: 'validation',
    });
  });

  it('are refused when they are not ours, meant for something else, or too old', async () => {
    const id = await one({ template: 'survey', survey: SURVEY });
    const token = rig.token('survey', id);
    await expect(rig.openSurvey.run(token)).rejects.toMatchObject({ code: 'not_found' });
    await deliver();
    await expect(rig.openSurvey.run(`${token.slice(0, -1)}_`)).rejects.toMatchObject({ code: 'not_found' });
    await expect(rig.unsubscribe.run(token)).rejects.toMatchObject({ code: 'not_found' });
    await rig.rows(`update app.link_token set expires_at = now() - interval '1 day' where message_id = $1`, [id]);
    await expect(rig.openSurvey.run(token)).rejects.toMatchObject({ code: 'gone' });
  });
});

describe('many messages', () => {
  it('go out once each with two deliverers at work', async () => {
    await rig.plan(300);
    const reports = await Promise.all([deliver(), deliver()]);
    expect(reports.reduce((sum, report) => sum + report.sent, 0)).toBe(300);
    const ids = await Promise.all(sink.mails.map(async (mail) => /^Message-ID:\s+(\S+)/im.exec(mail.data)?.[1]));
    expect(new Set(ids).size).toBe(300);
    expect(sink.mails).toHaveLength(300);
  });

  it('go out at some hundred a second', async () => {
    await rig.plan(200);
    await deliver();
    await rig.plan(2_000);
    const cpu = process.cpuUsage();
    const start = performance.now();
    expect(await deliver()).toMatchObject({ sent: 2_000 });
    const seconds = (performance.now() - start) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    const latency: number[] = [];
    for (let n = 0; n < 30; n += 1) {
      await rig.plan(1);
      const before = sink.mails.length;
      const asked = performance.now();
      sink.hooks.onData = () => void latency.push(performance.now() - asked);
      await deliver();
      expect(sink.mails).toHaveLength(before + 1);
    }
    latency.sort((a, b) => a - b);
    process.stderr.write(
      `delivery: ${Math.round(2_000 / seconds)} messages/s, ${((user + system) / 2_000_000).toFixed(2)} core-ms each (sink included, database not); claim to DATA p50 ${latency[15]?.toFixed(1)} ms, p90 ${latency[27]?.toFixed(1)} ms\n`,
    );
  }, 60_000);
});
