import { DeliverMessages, FireDueTimers, MessageCodes, SecretPort } from '#app/application';
import { jest } from '@jest/globals';
import { aJourney, send, step } from './a-journey.js';
import { NUMBER, TwilioRig } from './twilio-rig.js';

jest.setTimeout(120_000);

const CONTENT = `HX${'c0'.repeat(16)}`;
const SENDER = '+14155238886';
const OURS = '+4915119999999';
const LINE = `whatsapp:${NUMBER}`;
const SURVEY = { key: 'how-likely', metric: 'nps', question: { en: 'How likely?' } };
const JOURNEYS = [
  aJourney({
    key: 'thanks',
    steps: [send('say', { template: 'thanks', channels: ['whatsapp', 'sms'] })],
    templates: {
      thanks: {
        en: {
          sms: 'Thank you by text.',
          whatsapp: 'Thank you for {{ order.name | default: "your order" }}. See it at {{ order.statusUrl }} any time.',
          whatsappContent: CONTENT,
        },
      },
    },
  }),
  aJourney({
    key: 'ask',
    class: 'feedback',
    trigger: { event: 'ticket.solved' },
    entry: { key: 'event.data.ticketId', reentry: 'never' },
    steps: [step('ask', 'ask', { survey: SURVEY, template: 'ask', channels: ['whatsapp'] })],
    templates: { ask: { en: { whatsapp: 'From 0 to 10? {{ links.survey }}' } } },
  }),
];

let rig: TwilioRig;
beforeAll(async () => {
  rig = await TwilioRig.start('whatsapp', { TWILIO_WHATSAPP_FROM: SENDER, TEST_ADDRESSES: OURS }, JOURNEYS);
});
afterAll(() => rig.stop());
beforeEach(() => rig.reset());

const customer = { externalId: 'ana', phone: NUMBER };
let told = 0;

async function deliver(): Promise<void> {
  await rig.api.app.get(FireDueTimers).run();
  for (const medium of ['whatsapp', 'sms'] as const) await rig.api.app.get(DeliverMessages).run(medium);
}

async function agree(state = 'opted_in'): Promise<void> {
  await rig.tell('consent.changed', { customer, data: { channel: 'whatsapp', state, level: 'single' } });
  await rig.pass(60_000);
}

async function order(data: object = { statusUrl: 'https://birch.example/orders/1' }) {
  told += 1;
  await rig.tell('order.placed', { customer, order: { externalId: `order-${told}` }, data });
  await deliver();
  return rig.calls.at(-1)?.form ?? {};
}

async function ask(): Promise<void> {
  told += 1;
  await rig.tell('ticket.solved', { customer, data: { ticketId: `ticket-${told}` } });
  await deliver();
}

const messages = () => rig.rows('select medium, state, reason from app.message order by created_at, id');
const answers = () => rig.rows('select score, comment, channel from app.survey_answer');

describe('a message on WhatsApp', () => {
  it('goes to who asked for it alone, of an order as well; others get the next channel', async () => {
    expect(await order()).toMatchObject({ To: NUMBER, Body: 'Thank you by text.' });
    await agree();
    expect(await order()).toMatchObject({ To: LINE, From: `whatsapp:${SENDER}` });
    await agree('opted_out');
    expect(await order()).toMatchObject({ To: NUMBER });
    expect(await messages()).toEqual(
      ['sms', 'whatsapp', 'sms'].map((medium) => ({ medium, state: 'sent', reason: null })),
    );
  });

  it('is sent by its approved words, with links that are ours, and shown as it was read', async () => {
    await agree();
    const form = await order({ name: '#7\n', statusUrl: 'https://birch.example/orders/7' });
    expect(form).toMatchObject({ ContentSid: CONTENT });
    const { 1: name, 2: link = '' } = JSON.parse(form['ContentVariables'] ?? '{}') as Record<string, string>;
    expect(name).toBe('#7');
    expect(link).toMatch(/^https:\/\/shop\.example\/l\//);
    const { body } = await rig.api.get<{ items: { id: string }[] }>('/api/v1/outbox?medium=whatsapp');
    const letter = await rig.api.get<{ text: string }>(`/api/v1/outbox/${body.items[0]?.id}`);
    expect(letter.body).toMatchObject({
      medium: 'whatsapp',
      channel: 'whatsapp-twilio',
      text: `Thank you for #7. See it at ${link} any time.`,
      sms: null,
    });
    const visit = await rig.api.call('GET', new URL(link).pathname, { key: null });
    expect(visit).toMatchObject({ status: 302, headers: { location: 'https://birch.example/orders/7' } });
  });

  it('with an empty place in its approved words is a dead letter, and keeps nobody else waiting', async () => {
    await agree();
    await order({});
    await order();
    expect(await messages()).toEqual([
      { medium: 'whatsapp', state: 'failed', reason: 'template' },
      { medium: 'whatsapp', state: 'sent', reason: null },
    ]);
    const [dead] = await rig.rows<{ error: string }>(`select error from app.dead_letter where kind = 'message'`);
    expect(dead?.error).toContain('{{ order.statusUrl }} prints nothing');
  });

  it('that comes too late for free words fails by itself; a number that is nobody’s is suppressed on WhatsApp alone', async () => {
    await agree();
    rig.stub.answer = () => ({ status: 400, code: 63016, message: 'Outside messaging window' });
    await ask();
    rig.stub.answer = () => ({ status: 400, code: 63003, message: 'Channel could not find To address' });
    await ask();
    expect(await messages()).toMatchObject([{ reason: '63016' }, { reason: '63003' }]);
    expect(await rig.rows('select medium, scope from app.suppression')).toEqual([{ medium: 'whatsapp', scope: 'all' }]);
    rig.stub.answer = () => 'accept';
    expect(await order()).toMatchObject({ To: NUMBER, Body: 'Thank you by text.' });
  });

  it('keeps what Twilio tells of it, that it was read as well', async () => {
    await agree();
    await order();
    await rig.report(0, { status: 'read' });
    await rig.report(0, { status: 'delivered' });
    await rig.work();
    expect(await rig.rows('select status from app.message_status')).toEqual([{ status: 'read' }]);
  });

  it('is offered on the page of preferences to those who have said something of it', async () => {
    const page = async (): Promise<string> => {
      const [message] = await rig.rows<{ id: string }>('select id from app.message order by created_at limit 1');
      const place = { shopId: rig.api.shopId, messageId: message?.id ?? '' };
      const code = rig.api.app.get(MessageCodes).codeOf('preferences', place);
      return (await rig.api.call('GET', `/p/${code}`, { key: null })).text;
    };
    await order();
    expect(await page()).toContain('By text message');
    expect(await page()).not.toContain('WhatsApp');
    await agree();
    expect(await page()).toContain('On WhatsApp');
  });

  it('says on the page behind its link that nothing more will come', async () => {
    await agree();
    await ask();
    const [message] = await rig.rows<{ id: string }>('select id from app.message');
    const path = `/u/${rig.api.app.get(SecretPort).linkToken('unsubscribe', message?.id ?? '')}`;
    const { text } = await rig.api.call('GET', path, { key: null });
    expect(text).toContain('Stop messages on WhatsApp like this one?');
    expect(text).toContain('Nothing more will come on WhatsApp');
    expect(text).not.toContain('You will still get');
  });

  it('goes to countries of the shop alone', async () => {
    await agree();
    await rig.api.call('PATCH', '/api/v1/shop', { body: { texts: { countries: ['FR'], prices: {} } } });
    await order();
    await rig.api.call('PATCH', '/api/v1/shop', { body: { texts: { countries: null, prices: {} } } });
    expect(await messages()).toMatchObject([{ reason: 'country-not-served' }]);
  });
});

describe('a test of approved words', () => {
  const test = async () => {
    const request = { sample: 'known', step: 'say', medium: 'whatsapp', to: OURS };
    const { body, text } = await rig.api.post<{ approval: unknown; outcome: string }>(
      '/api/v1/journeys/thanks/test-send',
      request,
    );
    if (body.outcome !== 'sent') throw new Error(text);
    return body.approval;
  };

  it('says how WhatsApp files them', async () => {
    rig.stub.approvals.set(CONTENT, { status: 'approved', category: 'UTILITY' });
    expect(await test()).toEqual({ status: 'approved', category: 'UTILITY', warning: null });
    rig.stub.approvals.set(CONTENT, { status: 'approved', category: 'MARKETING' });
    expect(await test()).toMatchObject({ warning: expect.stringContaining('files these words as marketing') });
    rig.stub.approvals.set(CONTENT, { status: 'pending' });
    expect(await test()).toMatchObject({ category: null, warning: expect.stringContaining('"pending"') });
    rig.stub.approvals.clear();
    expect(await test()).toBeNull();
  });
});

describe('what people write back on WhatsApp', () => {
  it.each([
    ['9, it came early', {}, { score: 9, comment: '9, it came early' }],
    ['I would tell everybody', { ButtonPayload: '10' }, { score: 10, comment: null }],
  ])('answers the question asked there: %s', async (text, more, answer) => {
    await agree();
    await ask();
    await rig.hear(text, { From: LINE, To: `whatsapp:${SENDER}`, ...more });
    expect(await answers()).toEqual([{ ...answer, channel: 'whatsapp' }]);
  });

  it('is for a person to answer when it asks for help', async () => {
    await agree();
    await order();
    await rig.hear('Help', { From: LINE, To: `whatsapp:${SENDER}` });
    const facts = await rig.rows<{ at: string | null }>(`select facts->>'repliedAt' as at from app.customer`);
    expect(facts).toEqual([{ at: expect.any(String) }]);
  });

  it('answers nothing that was asked by text', async () => {
    await agree();
    await ask();
    await rig.hear('9');
    expect(await answers()).toEqual([]);
  });

  it('ends WhatsApp when it is STOP, whatever it would be about, and nothing else; START takes it back', async () => {
    await agree();
    await rig.tell('consent.changed', { customer, data: { channel: 'sms', state: 'opted_in', level: 'single' } });
    await order();
    await rig.pass(60_000);
    await rig.hear('Stop', { From: LINE, To: `whatsapp:${SENDER}` });
    expect(await rig.rows('select medium, scope from app.suppression')).toEqual([
      { medium: 'whatsapp', scope: 'non_service' },
    ]);
    const consents = async () =>
      (
        await rig.rows<{ whatsapp: string; sms: string }>(
          `select facts->'consents'->'whatsapp'->>'state' as whatsapp, facts->'consents'->'sms'->>'state' as sms from app.customer`,
        )
      )[0];
    expect(await consents()).toEqual({ whatsapp: 'opted_out', sms: 'opted_in' });
    expect(await order()).toMatchObject({ To: NUMBER });
    await rig.pass(60_000);
    await rig.hear('Yes', { From: LINE, To: `whatsapp:${SENDER}` });
    expect(await consents()).toEqual({ whatsapp: 'opted_out', sms: 'opted_in' });
    await rig.hear('START', { From: LINE, To: `whatsapp:${SENDER}` });
    expect(await consents()).toEqual({ whatsapp: 'opted_in', sms: 'opted_in' });
    expect(await order()).toMatchObject({ To: LINE });
  });
});
