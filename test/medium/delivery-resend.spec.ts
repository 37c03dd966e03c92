import { type DoubtReport, ResolveDoubts } from '#app/application';
import { ConfiguredChannels } from '#app/channels';
import { PgDoubtStore } from '#app/persistence';
import { SmtpSink } from '../support/smtp-sink.js';
import { TwilioStub } from '../support/twilio-stub.js';
import { DeliveryRig } from './delivery-rig.js';
import { type MessagePlan } from './planned-message.js';

const SETTINGS = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'a token of the stub', from: '+15005550006' };
const OPTED_IN = { state: 'opted_in', at: '2026-01-01T00:00:00.000Z', proof: null, statements: {} } as const;
const NOBODY_ASKED: DoubtReport = { found: 0, resent: 0, held: 0 };

let rig: DeliveryRig;
let mails: SmtpSink;
let texts: TwilioStub;
let channels: ConfiguredChannels;

beforeAll(async () => {
  rig = await DeliveryRig.start('delivery_resend');
});
afterAll(() => rig.stop());
beforeEach(async () => {
  mails = await SmtpSink.start();
  texts = await TwilioStub.start();
  channels = new ConfiguredChannels({
    smtpUrl: mails.url,
    mailFrom: 'hello@birch.example',
    twilio: { ...SETTINGS, baseUrl: texts.url },
  });
});
afterEach(async () => {
  await channels.close();
  await mails.stop();
  await texts.stop();
  // no test meets messages of another
  await rig.rows(`update app.message set state = 'failed' where state in ('queued', 'claimed', 'handing', 'unknown')`);
});

const resolve = () => new ResolveDoubts(rig.uow, new PgDoubtStore(), rig.routes(channels), rig.hints).run();
const pass = (minutes: number) =>
  rig.rows(`update app.message set handed_at = handed_at - make_interval(mins => $1)`, [minutes]);

/** A message that the provider got and never answered. */
async function inDoubt(policy: 'hold' | 'resend_once', plan: MessagePlan = {}): Promise<string> {
  const [id = ''] = await rig.plan(1, { class: 'service', ...plan });
  await rig.rows('update app.message set unknown_policy = $2 where id = $1', [id, policy]);
  mails.hooks.onData = () => 'drop';
  texts.answer = () => 'drop';
  expect(await rig.deliverer(channels).run(plan.medium ?? 'email')).toMatchObject({ unknown: 1 });
  return id;
}

const accept = (): void => {
  mails.hooks.onData = undefined;
  texts.answer = () => 'accept';
};

describe('a service message in doubt, where the shop wants it sent at least once', () => {
  it('goes out once more after the quarantine, and never a third time', async () => {
    const id = await inDoubt('resend_once');
    await pass(14);
    expect(await resolve()).toEqual(NOBODY_ASKED);
    await pass(2);
    expect(await resolve()).toEqual({ found: 0, resent: 1, held: 0 });
    expect(await rig.message(id)).toMatchObject({ state: 'queued', reason: 'sent-again-in-doubt' });
    // again no answer: what is known now is that at least one of the two may have arrived
    expect(await rig.deliverer(channels).run('email')).toMatchObject({ unknown: 1 });
    await pass(60);
    expect(await resolve()).toEqual(NOBODY_ASKED);
    expect(mails.mails).toHaveLength(2);
    expect(new Set(mails.mails.map(({ data }) => /^Message-ID:\s+(\S+)/im.exec(data)?.[1])).size).toBe(1);
  });

  it('is not sent again once it is of no use', async () => {
    const id = await inDoubt('resend_once', { expiresAt: '2099-01-01T00:00:00Z' });
    await pass(16);
    await rig.rows(`update app.message set expires_at = app.now() where id = $1`, [id]);
    expect(await resolve()).toEqual({ found: 0, resent: 0, held: 1 });
    expect(await rig.message(id)).toMatchObject({ state: 'unknown', doubt_answer: 'cannot-tell' });
  });

  it('is not sent again when the provider has it', async () => {
    const id = await inDoubt('resend_once', { medium: 'sms' });
    await pass(16);
    expect(await resolve()).toEqual({ found: 1, resent: 0, held: 0 });
    expect(await rig.message(id)).toMatchObject({
      state: 'sent',
      reason: 'found-at-provider',
      provider_ref: texts.calls[0]?.sid,
    });
  });

  it('is sent again when the provider doesn’t have it', async () => {
    const id = await inDoubt('resend_once', { medium: 'sms' });
    texts.logs = () => false;
    await pass(16);
    expect(await resolve()).toEqual({ found: 0, resent: 1, held: 0 });
    accept();
    expect(await rig.deliverer(channels).run('sms')).toMatchObject({ sent: 1 });
    expect(await rig.message(id)).toMatchObject({ state: 'sent' });
  });

  it('waits while the provider can’t be asked', async () => {
    const id = await inDoubt('resend_once', { medium: 'sms' });
    await pass(16);
    await texts.stop();
    expect(await resolve()).toEqual(NOBODY_ASKED);
    expect(await rig.message(id)).toMatchObject({ state: 'unknown', doubt_answer: null });
    texts = await TwilioStub.start();
  });

  it('has one effect when two workers look into it', async () => {
    await inDoubt('resend_once');
    await pass(16);
    const reports = await Promise.all([resolve(), resolve(), resolve()]);
    expect(reports.reduce((sum, { resent }) => sum + resent, 0)).toBe(1);
  });

  it('is left alone when a person decided to send it again', async () => {
    const id = await inDoubt('resend_once');
    await rig.settle.run(rig.shopId, id, 'resend', 'the customer asked for it');
    expect(await rig.deliverer(channels).run('email')).toMatchObject({ unknown: 1 });
    await pass(60);
    expect(await resolve()).toEqual(NOBODY_ASKED);
  });
});

describe('any other message in doubt', () => {
  it.each(['service', 'feedback', 'review', 'marketing'] as const)(
    'of class %s is looked into once and stays for a person to decide',
    async (kind) => {
      const id = await inDoubt('hold', { class: kind, customer: { consents: { email: OPTED_IN } } });
      await pass(16);
      expect(await resolve()).toEqual({ found: 0, resent: 0, held: 1 });
      expect(await resolve()).toEqual(NOBODY_ASKED);
      expect(await rig.message(id)).toMatchObject({ state: 'unknown', doubt_answer: 'cannot-tell' });
      accept();
      expect(await rig.deliverer(channels).run('email')).toMatchObject({ claimed: 0 });
    },
  );

  it('can’t be planned to be sent twice', async () => {
    const [id] = await rig.plan(1, { class: 'feedback' });
    await expect(
      rig.rows(`update app.message set unknown_policy = 'resend_once' where id = $1`, [id]),
    ).rejects.toMatchObject({ constraint: 'message_resend_service' });
  });
});
