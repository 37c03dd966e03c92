import { ResolveDoubts } from '#app/application';
import { jest } from '@jest/globals';
import { TWILIO_ANSWERS } from '../support/twilio-stub.js';
import { NUMBER, TwilioRig } from './twilio-rig.js';

jest.setTimeout(120_000);

let rig: TwilioRig;
beforeAll(async () => {
  rig = await TwilioRig.start('twilio');
});
afterAll(() => rig.stop());
beforeEach(() => rig.reset());

const statuses = () =>
  rig.rows<{ status: string; code: string | null }>('select status, code from app.message_status order by message_id');
const messages = () =>
  rig.rows<{ state: string; reason: string | null; provider_ref: string | null }>(
    'select state, reason, provider_ref from app.message order by id',
  );
const events = async (type: string) =>
  (
    await rig.rows<{ data: unknown; customer: string | null }>(
      `select body->'data' as data, c.facts->>'phone' as customer from app.event e
       left join app.customer c on c.id = e.customer_id where e.type = $1 order by e.occurred_at, e.inbox_id, e.ordinal`,
      [type],
    )
  ).map(({ data, customer }) => ({ ...(data as object), customer }));
const answers = () => rig.rows('select score, comment, channel, superseded from app.survey_answer order by id');
const suppressed = () => rig.rows('select medium, scope, reason from app.suppression');
const consent = async () =>
  (
    await rig.rows<{ consent: { state: string; proof: string } }>(
      `select facts->'consents'->'sms' as consent from app.customer where facts->>'phone' = $1`,
      [NUMBER],
    )
  )[0]?.consent;

describe('what Twilio tells of a message', () => {
  it('is asked for with each message, by shop and message', async () => {
    await rig.order();
    const [message] = await rig.rows<{ id: string }>('select id from app.message');
    expect(rig.calls[0]?.form).toMatchObject({
      StatusCallback: `https://shop.example/hooks/twilio?message=${rig.api.shopId}.${message?.id}`,
    });
  });

  it('is answered with nothing to send back, kept by rank and put on the timeline', async () => {
    await rig.order();
    expect(await rig.report(0, { status: 'delivered' })).toMatchObject({ status: 200, text: '<Response/>' });
    await rig.work();
    await rig.report(0, { status: 'sent' });
    await rig.work();
    expect(await statuses()).toEqual([{ status: 'delivered', code: null }]);
    const [message] = await rig.rows<{ id: string }>('select id from app.message');
    expect(await events('message.delivered')).toEqual([
      { channel: 'sms', messageId: message?.id, providerRef: rig.calls[0]?.sid, customer: NUMBER },
    ]);
  });

  it('is refused when it is signed by another account, or names another message than was signed', async () => {
    await rig.order();
    const fields = { MessageSid: 'SM1', MessageStatus: 'delivered' };
    expect(await rig.call('/hooks/twilio', fields, 'another token')).toMatchObject({ status: 401 });
    expect(await rig.api.call('POST', '/hooks/twilio', { key: null, body: 'MessageSid=SM1' })).toMatchObject({
      status: 401,
    });
    expect(await rig.rows('select from app.inbox_event where kind = $1', ['twilio'])).toEqual([]);
  });

  it('suppresses a number that is dead, and takes 21610 for a withdrawal', async () => {
    await rig.order();
    await rig.report(0, { status: 'undelivered', code: '30005' });
    await rig.work();
    expect(await suppressed()).toEqual([{ medium: 'sms', scope: 'all', reason: 'bounced 30005' }]);
    expect(await statuses()).toEqual([{ status: 'undelivered', code: '30005' }]);
    expect((await consent())?.state).toBe('opted_in');
    await rig.order('+4915112345679');
    await rig.report(1, { status: 'failed', code: '21610' });
    await rig.work();
    expect(await events('consent.changed')).toContainEqual(
      expect.objectContaining({ state: 'opted_out', proof: expect.stringContaining('21610') }),
    );
  });

  it('takes a refusal by 21610 when a message is handed over for a withdrawal, too', async () => {
    rig.stub.answer = () => TWILIO_ANSWERS.unsubscribed;
    await rig.order();
    await rig.work();
    expect(await messages()).toMatchObject([{ state: 'failed', reason: '21610' }]);
    expect(await suppressed()).toEqual([{ medium: 'sms', scope: 'non_service', reason: 'opted-out 21610' }]);
    expect(await consent()).toMatchObject({ state: 'opted_out', proof: expect.stringContaining('opted-out 21610') });
    rig.stub.answer = () => 'accept';
  });

  it('settles a message in doubt, whose hand-over was never answered', async () => {
    rig.stub.answer = () => 'drop';
    await rig.order();
    expect(await messages()).toMatchObject([{ state: 'unknown' }]);
    await rig.report(0, { status: 'delivered' });
    await rig.work();
    expect(await messages()).toEqual([{ state: 'sent', reason: 'told-by-provider', provider_ref: rig.calls[0]?.sid }]);
  });

  it('settles a message that came to be in doubt only after it was told of', async () => {
    await rig.order();
    await rig.rows(`update app.message set state = 'handing', provider_ref = null, sent_at = null`);
    await rig.report(0, { status: 'sent' });
    await rig.work();
    await rig.rows(`update app.message set state = 'unknown'`);
    rig.stub.answer = () => TWILIO_ANSWERS.broken;
    await rig.pass(20 * 60_000);
    expect(await rig.api.app.get(ResolveDoubts).run()).toMatchObject({ found: 1, held: 0 });
    expect(await messages()).toMatchObject([{ state: 'sent' }]);
  });
});

describe('callbacks in any order', () => {
  it('leave each message at its highest rank, doubled or not', async () => {
    const people = Array.from({ length: 10 }, (_, n) => `+49151000000${String(n).padStart(2, '0')}`);
    for (const phone of people) await rig.order(phone);
    const told = ['queued', 'sending', 'sent', 'delivered', 'read'];
    let seed = 42;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    for (let round = 0; round < 10; round += 1) {
      await rig.rows('truncate app.message_status, app.inbox_dedupe, app.inbox_event, app.event');
      const calls = people.flatMap((_, n) => [...told, ...told].map((status) => ({ n, status })));
      const order = calls.map((call) => ({ call, at: random(1_000_000) })).toSorted((a, b) => a.at - b.at);
      const cut = random(order.length);
      for (const [index, { call }] of order.entries()) {
        await rig.report(call.n, { status: call.status });
        if (index === cut) await rig.work();
      }
      await rig.work();
      expect(await statuses()).toEqual(people.map(() => ({ status: 'read', code: null })));
    }
  });
});

describe('a text that comes in', () => {
  it('answers the question that is open, as the link of that message would', async () => {
    const person = await rig.order();
    expect(await rig.hear('8/10')).toMatchObject({ status: 200, text: '<Response/>' });
    expect(await answers()).toEqual([{ score: 8, comment: null, channel: 'sms', superseded: false }]);
    await rig.hear('10! Now it works');
    expect(await answers()).toMatchObject([
      { score: 8, superseded: true },
      { score: 10, comment: '10! Now it works', superseded: false },
    ]);
    expect(await events('message.replied')).toMatchObject([{ text: '8/10' }, { text: '10! Now it works' }]);
    const [answer] = await rig.rows<{ external: string }>(
      `select c.facts->'externalIds'->>0 as external from app.survey_answer a join app.customer c on c.id = a.customer_id`,
    );
    expect(answer?.external).toBe(person);
  });

  it('that might mean another number is a reply and no score', async () => {
    await rig.order();
    for (const text of ['8 or 9', '2024', 'Where is my parcel?']) await rig.hear(text);
    expect(await answers()).toEqual([]);
    expect(await events('message.replied')).toHaveLength(3);
  });

  it('weeks after the question answers nothing', async () => {
    await rig.order();
    await rig.pass(15 * 86_400_000);
    await rig.hear('8');
    expect(await answers()).toEqual([]);
  });

  it('of a stranger is on a timeline of their own', async () => {
    await rig.hear('Hello?', { From: '+4915112399999' });
    expect(await events('message.replied')).toMatchObject([{ text: 'Hello?', customer: '+4915112399999' }]);
  });

  it('counts once, however often Twilio sends it', async () => {
    await rig.order();
    await rig.hear('8', { MessageSid: 'SMsame' });
    await rig.hear('8', { MessageSid: 'SMsame' });
    expect(await answers()).toHaveLength(1);
    expect(await events('message.replied')).toHaveLength(1);
  });
});

describe('STOP', () => {
  it.each([
    ['STOP', {}],
    ['Stop.', {}],
    ['please stop texting me', {}],
    ['Arrêtez!', { OptOutType: 'STOP' }],
  ])('%s withdraws consent and suppresses the number, with proof', async (text, more) => {
    const person = await rig.order();
    await rig.promote(person);
    expect(await messages()).toMatchObject([{ state: 'sent' }, { state: 'sent' }]);
    await rig.hear(text, more);
    expect(await consent()).toMatchObject({ state: 'opted_out', proof: expect.stringContaining(text) });
    expect((await consent())?.proof).toContain(NUMBER);
    expect(await suppressed()).toEqual([{ medium: 'sms', scope: 'non_service', reason: 'opted-out' }]);
    await rig.promote(person);
    expect((await messages())[2]).toMatchObject({ state: 'suppressed' });
    expect(rig.calls).toHaveLength(2);
    expect(await events('message.replied')).toMatchObject([{ keyword: 'stop' }]);
  });

  it('is taken back by START, and by nothing else', async () => {
    const person = await rig.order();
    await rig.hear('START');
    expect((await consent())?.state).toBe('opted_in');
    expect(await events('consent.changed')).toHaveLength(1);
    await rig.hear('STOP');
    await rig.hear('8');
    await rig.hear('HELP');
    expect((await consent())?.state).toBe('opted_out');
    await rig.pass(60_000);
    await rig.hear('START');
    expect((await consent())?.state).toBe('opted_in');
    expect(await suppressed()).toEqual([]);
    await rig.promote(person);
    expect((await messages()).at(-1)).toMatchObject({ state: 'sent' });
    expect(await events('message.replied')).toMatchObject(
      ['start', 'stop', undefined, 'help', 'start'].map((keyword) => (keyword ? { keyword } : {})),
    );
  });

  it('then START in one batch ends with START', async () => {
    await rig.order();
    const fields = { From: NUMBER, To: '+15005550006', NumMedia: '0' };
    await rig.call('/hooks/twilio', { ...fields, MessageSid: 'SMa', Body: 'STOP' });
    await rig.pass(60_000);
    await rig.call('/hooks/twilio', { ...fields, MessageSid: 'SMb', Body: 'START' });
    await rig.work();
    expect((await consent())?.state).toBe('opted_in');
    expect(await suppressed()).toEqual([]);
  });

  it('does not lift what a dead number suppressed', async () => {
    await rig.order();
    await rig.report(0, { status: 'undelivered', code: '30006' });
    await rig.work();
    await rig.hear('STOP');
    await rig.pass(60_000);
    await rig.hear('START');
    expect(await suppressed()).toEqual([{ medium: 'sms', scope: 'all', reason: 'bounced 30006' }]);
  });
});
