import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfiguredChannels } from '#app/channels';
import PostalMime from 'postal-mime';
import { SmtpSink } from '../support/smtp-sink.js';
import { DeliveryRig } from './delivery-rig.js';

let rig: DeliveryRig;
let sink: SmtpSink;
let channels: ConfiguredChannels;

beforeAll(async () => {
  rig = await DeliveryRig.start('delivery');
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

describe('a hand-over', () => {
  it('sends what is due once and records what was sent', async () => {
    const id = await one();
    expect(await deliver()).toMatchObject({ claimed: 1, sent: 1 });
    expect(await deliver()).toMatchObject({ claimed: 0, sent: 0 });
    const row = await rig.message(id);
    expect(row).toMatchObject({
      state: 'sent',
      channel: 'email-smtp',
      attempts: 1,
      provider_ref: expect.stringMatching(/^<[0-9a-f]{64}@birch\.example>$/),
    });
    expect(row.sent_at).not.toBeNull();
    expect(sink.mails).toHaveLength(1);
    expect(sink.mails[0]?.to).toEqual([row.address]);
    const [view] = await rig.uow.inShop(
      rig.shopId,
      async (tx) => (await rig.reader.list(tx, { state: 'sent' }, { limit: 10, after: null })).items,
    );
    expect(view).toMatchObject({
      id,
      channel: 'email-smtp',
      journey: 'ask',
      step: 'ask',
      subject: 'Hello Ada',
      text: expect.stringContaining('#1001'),
      html: expect.stringContaining('Dear Ada'),
      order: expect.stringMatching(/^o-/),
    });
    const [attempt] = await rig.rows('select * from app.delivery_attempt where message_id = $1', [id]);
    expect(attempt).toMatchObject({ outcome: 'sent', phase: 'answered', code: '250 2.0.0', channel: 'email-smtp' });
  });

  it('leaves alone what is not due yet, held, or of a paused shop', async () => {
    await one({ dueAt: '2999-01-01T00:00:00Z' });
    const held = await one();
    await rig.rows('update app.message set held = true where id = $1', [held]);
    expect(await deliver()).toMatchObject({ claimed: 0 });
    await one();
    await rig.rows('update app.shop set paused_at = now()');
    expect(await deliver()).toMatchObject({ claimed: 0 });
    await rig.rows('update app.shop set paused_at = null');
  });

  it('writes in the language of the person', async () => {
    await one({ customer: { locale: 'de-AT' } });
    await deliver();
    expect((await PostalMime.parse(sink.mails[0]?.data ?? '')).subject).toBe('Hallo Ada');
  });

  it('carries headers that unsubscribe with one click, and none on a service message', async () => {
    const id = await one();
    await one({ class: 'service' });
    await deliver();
    const mails = await Promise.all(sink.mails.map((mail) => PostalMime.parse(mail.data)));
    const headers = mails.map((mail) => Object.fromEntries(mail.headers.map(({ key, value }) => [key, value])));
    const withLink = headers.find((entry) => 'list-unsubscribe' in entry);
    expect(withLink).toMatchObject({
      'list-unsubscribe': `<https://shop.example/u/${rig.token('unsubscribe', id)}>`,
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
    });
    expect(headers.filter((entry) => 'list-unsubscribe' in entry)).toHaveLength(1);
  });

  it('keeps names from becoming headers', async () => {
    await one({ customer: { firstName: 'Ada\r\nBcc: evil@z.example' } });
    await deliver();
    const [mail] = sink.mails;
    const parsed = await PostalMime.parse(mail?.data ?? '');
    expect(mail?.to).toHaveLength(1);
    expect(parsed.bcc).toBeUndefined();
    expect(parsed.from?.name).toBe('Möbel "Eins", GmbH');
  });

  it('fails for an address that is more than one', async () => {
    const id = await one({ customer: { email: 'b@y.example\r\nRCPT TO:<evil@z.example>' } });
    expect(await deliver()).toMatchObject({ failed: 1 });
    expect(sink.mails).toHaveLength(0);
    expect(await rig.message(id)).toMatchObject({ state: 'failed' });
  });

  it('sets a message aside whose template has nothing for its medium', async () => {
    const id = await one({ template: 'sms-only' });
    expect(await deliver()).toMatchObject({ failed: 1 });
    expect(await rig.message(id)).toMatchObject({ state: 'failed', reason: 'template' });
    expect(await rig.rows(`select code from app.dead_letter where ref_id = $1`, [id])).toEqual([
      { code: 'template.render' },
    ]);
  });

  it('captures where nothing is configured, SMS as well', async () => {
    await one();
    const id = await one({ medium: 'sms' });
    const capturing = new ConfiguredChannels({});
    expect(await rig.deliverer(capturing).run('email')).toMatchObject({ sent: 1 });
    expect(await rig.deliverer(capturing).run('sms')).toMatchObject({ sent: 1 });
    const view = await rig.uow.inShop(rig.shopId, (tx) => rig.reader.find(tx, id));
    expect(view).toMatchObject({
      channel: 'capture',
      to: '+4915112345678',
      subject: null,
      html: null,
      text: `Hi Ada https://shop.example/u/${rig.token('unsubscribe', id)}`,
    });
  });
});

describe('the gate', () => {
  it('stops what has become useless', async () => {
    const id = await one({ expiresAt: '2026-01-02T00:00:00Z' });
    expect(await deliver()).toMatchObject({ expired: 1, sent: 0 });
    expect(await rig.message(id)).toMatchObject({ state: 'expired', reason: 'useful-until' });
  });

  it('stops what an exit event or another journey has overtaken, not what an exit step followed', async () => {
    const ids = [await one({ runEnd: 'exit:order.refunded' }), await one({ runEnd: 'stopped:care' })];
    const other = await one({ runEnd: 'step:done' });
    expect(await deliver()).toMatchObject({ suppressed: 2, sent: 1 });
    for (const id of ids) expect(await rig.message(id)).toMatchObject({ state: 'suppressed', reason: 'run-exited' });
    expect(await rig.message(other)).toMatchObject({ state: 'sent' });
  });

  it('asks for consent again', async () => {
    const id = await one({ class: 'review' });
    await deliver();
    expect(await rig.message(id)).toMatchObject({ state: 'suppressed', reason: 'no-consent' });
  });

  it('stops everything but service once the person has unsubscribed', async () => {
    const first = await one();
    await deliver();
    const { customer_id: customerId } = await rig.message(first);
    const feedback = await one({ customerId });
    const service = await one({ customerId, class: 'service' });
    rig.hints.given.length = 0;
    const token = rig.token('unsubscribe', first);
    expect(await rig.unsubscribe.open(token)).toEqual({
      shopName: 'Möbel "Eins", GmbH',
      medium: 'email',
      locale: 'en',
      letterhead: { address: null, color: null, logoUrl: null },
    });
    await rig.unsubscribe.run(token);
    await rig.unsubscribe.run(token);
    expect(rig.hints.given).toContain('intake');
    const told = await rig.rows<{ kind: string; body: string }>(
      `select kind, body from app.inbox_event where body like '%consent.changed%'`,
    );
    expect(told).toHaveLength(1);
    expect(JSON.parse(told[0]?.body ?? '')).toMatchObject({
      type: 'consent.changed',
      customer: { externalId: `c-${customerId}` },
      data: { channel: 'email', state: 'opted_out', level: 'confirmed' },
    });
    expect(await deliver()).toMatchObject({ suppressed: 1, sent: 1 });
    expect(await rig.message(feedback)).toMatchObject({ state: 'suppressed', reason: 'suppressed' });
    expect(await rig.message(service)).toMatchObject({ state: 'sent' });
  });
});

describe('a failing provider', () => {
  it.each([
    ['450 4.2.0 later', '450 4.2.0'],
    ['451 4.3.0 later', '451 4.3.0'],
  ] as const)('is asked again later after %s', async (answer, reason) => {
    const id = await one();
    sink.hooks.onRcpt = () => answer;
    expect(await deliver()).toMatchObject({ retried: 1, sent: 0 });
    const row = await rig.message(id);
    expect(row).toMatchObject({ state: 'queued', reason, attempts: 1 });
    await rig.rows('update app.message set not_before = due_at where id = $1', [id]);
    sink.hooks.onRcpt = undefined;
    expect(await deliver()).toMatchObject({ sent: 1 });
    expect(
      await rig.rows('select attempt from app.delivery_attempt where message_id = $1 order by attempt', [id]),
    ).toEqual([{ attempt: 1 }, { attempt: 2 }]);
  });

  it('may have taken what it dropped after the final dot: unknown, never again by itself', async () => {
    const id = await one();
    sink.hooks.onData = () => 'drop';
    expect(await deliver()).toMatchObject({ unknown: 1 });
    sink.hooks.onData = undefined;
    expect(await deliver()).toMatchObject({ claimed: 0 });
    expect(await rig.message(id)).toMatchObject({ state: 'unknown', reason: 'ECONNECTION' });
    expect(sink.mails).toHaveLength(1);
  });

  it('took nothing when it dropped before DATA', async () => {
    const id = await one();
    sink.hooks.onRcpt = () => 'drop';
    expect(await deliver()).toMatchObject({ retried: 1 });
    expect(await rig.message(id)).toMatchObject({ state: 'queued', reason: 'ECONNECTION' });
  });

  it('that is down costs the message no try', async () => {
    const id = await one();
    await sink.stop();
    expect(await deliver()).toMatchObject({ retried: 1 });
    expect((await rig.message(id)).state).toBe('queued');
    sink = await SmtpSink.start();
  });

  it('names a dead address: failed, and nothing goes there again, not even service', async () => {
    const id = await one();
    sink.hooks.onRcpt = () => '550 5.1.1 unknown';
    expect(await deliver()).toMatchObject({ failed: 1 });
    const { customer_id: customerId, state, reason } = await rig.message(id);
    expect([state, reason]).toEqual(['failed', '550 5.1.1']);
    const next = await one({ customerId, class: 'service' });
    sink.hooks.onRcpt = undefined;
    await deliver();
    expect(await rig.message(next)).toMatchObject({ state: 'suppressed', reason: 'suppressed' });
  });

  it('is given up after eight tries', async () => {
    const id = await one();
    await rig.rows('update app.message set attempts = 7 where id = $1', [id]);
    sink.hooks.onRcpt = () => '450 4.2.0 later';
    expect(await deliver()).toMatchObject({ failed: 1 });
    expect(await rig.message(id)).toMatchObject({ state: 'failed', reason: 'gave-up' });
    expect(await rig.rows(`select code, attempts from app.dead_letter where ref_id = $1`, [id])).toEqual([
      { code: 'delivery.transient', attempts: 8 },
    ]);
  });
});
