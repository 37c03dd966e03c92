import { TWILIO_ANSWERS, type TwilioAnswer, TwilioStub } from '../../../../test/support/twilio-stub.js';
import { describeChannelContract, type ProviderMood } from '../channel.contract.js';
import { aMessage } from '../testing.js';
import { whatsappTwilio, WhatsappTwilioChannel } from './whatsapp-twilio.channel.js';

const settings = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'not-so-secret', from: '+14155238886' };
const CONTENT = `HX${'a1'.repeat(16)}`;
const aText = (changes: object = {}) =>
  aMessage({ medium: 'whatsapp', to: '+4915112345678', subject: null, html: null, ...changes });
const MOODS: Record<ProviderMood, TwilioAnswer> = {
  accept: 'accept',
  'try-later': TWILIO_ANSWERS.tooManyRequests,
  'bad-address': { status: 400, code: 63003, message: 'Channel could not find To address' },
  'opted-out': { status: 400, code: 63014, message: 'Channel message blocked by user action' },
  'silent-after-taking': 'drop',
  unreachable: 'accept',
};

describeChannelContract(
  'whatsapp-twilio',
  async () => {
    const stub = await TwilioStub.start();
    const { url } = stub;
    return {
      open: async () => new WhatsappTwilioChannel({ ...settings, baseUrl: url }, 2_000),
      message: aText,
      forgedAddress: '+4915112345678, +4915112345679',
      setMood: async (mood) => {
        stub.answer = () => MOODS[mood];
        if (mood === 'unreachable') await stub.stop();
      },
      received: () => stub.calls.length,
      close: () => stub.stop().catch(() => undefined),
    };
  },
  { skip: [{ clause: 'once-per-key', reason: 'creating a message is not idempotent at Twilio' }] },
);

describe('WhatsappTwilioChannel', () => {
  let stub: TwilioStub;
  beforeEach(async () => {
    stub = await TwilioStub.start();
  });
  afterEach(() => stub.stop());
  const open = (changes: object = {}) => new WhatsappTwilioChannel({ ...settings, baseUrl: stub.url, ...changes }, 300);
  const lastForm = () => stub.calls.at(-1)?.form;

  it('sends free words as they are, from the number on WhatsApp', async () => {
    const result = await open().send(aText());
    expect(lastForm()).toEqual({
      To: 'whatsapp:+4915112345678',
      From: 'whatsapp:+14155238886',
      Body: 'Tell us.',
      ValidityPeriod: '14400',
    });
    expect(result).toMatchObject({ outcome: 'sent', providerRef: stub.calls[0]?.sid });
  });

  it('sends approved words by their content template, the values by number', async () => {
    const approved = { sid: CONTENT, fixed: ['Hello ', ', rate ', '.'], values: ['Ana "A"', 'https://s.example/x'] };
    await open().send(aText({ approved }));
    expect(lastForm()).toMatchObject({
      ContentSid: CONTENT,
      ContentVariables: JSON.stringify({ 1: 'Ana "A"', 2: 'https://s.example/x' }),
    });
    expect(lastForm()).not.toHaveProperty('Body');
    await open().send(aText({ approved: { sid: CONTENT, fixed: ['Thank you.'], values: [] } }));
    expect(lastForm()).toMatchObject({ ContentSid: CONTENT });
    expect(lastForm()).not.toHaveProperty('ContentVariables');
  });

  it('sends through a messaging service when the sender is one', async () => {
    await open({ from: `MG${'1'.repeat(32)}` }).send(aText());
    expect(lastForm()).toMatchObject({ MessagingServiceSid: `MG${'1'.repeat(32)}` });
    expect(lastForm()).not.toHaveProperty('From');
  });

  it('tells words that came too late from an address that is nobody’s', async () => {
    stub.answer = () => ({ status: 400, code: 63016, message: 'Outside messaging window' });
    expect(await open().send(aText())).toEqual(expect.objectContaining({ outcome: 'permanent', code: '63016' }));
    expect(await open().send(aText())).not.toHaveProperty('suppress');
  });

  it('takes no sender but a number or a service', () => {
    expect(whatsappTwilio.faultsOf({ ...settings, from: 'Birch' })).toMatchObject([{ pointer: '/from' }]);
    expect(whatsappTwilio.outline(settings)).toBe(`${settings.accountSid}, from +14155238886`);
  });
});
