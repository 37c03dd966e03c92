import { TWILIO_ANSWERS, type TwilioAnswer, TwilioStub } from '../../../../test/support/twilio-stub.js';
import { describeChannelContract, type ProviderMood } from '../channel.contract.js';
import { aMessage } from '../testing.js';
import { SmsTwilioChannel } from './sms-twilio.channel.js';

const settings = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'not-so-secret', from: '+15005550006' };
const anSms = () => aMessage({ medium: 'sms', to: '+4915112345678', subject: null, html: null });
const MOODS: Record<ProviderMood, TwilioAnswer> = {
  accept: 'accept',
  'try-later': TWILIO_ANSWERS.tooManyRequests,
  'bad-address': TWILIO_ANSWERS.invalidNumber,
  'opted-out': TWILIO_ANSWERS.unsubscribed,
  'silent-after-taking': 'drop',
  unreachable: 'accept',
};

describeChannelContract(
  'sms-twilio',
  async () => {
    const stub = await TwilioStub.start();
    const { url } = stub;
    return {
      open: async () => new SmsTwilioChannel({ ...settings, baseUrl: url }, 2_000),
      message: anSms,
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

describe('SmsTwilioChannel', () => {
  let stub: TwilioStub;
  beforeEach(async () => {
    stub = await TwilioStub.start();
  });
  afterEach(() => stub.stop());
  const open = (changes: object = {}) =>
    new SmsTwilioChannel({ ...settings, baseUrl: `${stub.url}/`, ...changes }, 300);

  it('sends the text from the number with a limited validity', async () => {
    const result = await open().send(anSms());
    expect(stub.calls[0]).toMatchObject({
      accountSid: settings.accountSid,
      password: settings.authToken,
      form: { To: '+4915112345678', From: settings.from, Body: 'Tell us.', ValidityPeriod: '14400' },
    });
    expect(result).toMatchObject({ outcome: 'sent', providerRef: stub.calls[0]?.sid });
  });

  it('sends through a messaging service when the sender is one', async () => {
    await open({ from: `MG${'1'.repeat(32)}` }).send(anSms());
    expect(stub.calls[0]?.form).toMatchObject({ MessagingServiceSid: `MG${'1'.repeat(32)}` });
    expect(stub.calls[0]?.form['From']).toBeUndefined();
  });

  it('asks once only, whatever the answer', async () => {
    stub.answer = () => TWILIO_ANSWERS.tooManyRequests;
    expect(await open().send(anSms())).toMatchObject({ outcome: 'transient', code: '20429' });
    stub.answer = () => TWILIO_ANSWERS.broken;
    expect(await open().send(anSms())).toMatchObject({ outcome: 'unknown', code: '20500' });
    expect(stub.calls).toHaveLength(2);
  });

  it('does not know what became of a request without an answer', async () => {
    stub.answer = () => 'hang';
    expect(await open().send(anSms())).toMatchObject({ outcome: 'unknown', phase: 'data' });
  });

  it('blames wrong credentials on the installation', async () => {
    stub.answer = () => TWILIO_ANSWERS.badCredentials;
    expect(await open().send(anSms())).toMatchObject({ outcome: 'provider_down', code: '20003' });
  });

  describe('asked about a message in doubt', () => {
    const ask = (changes: object = {}) =>
      open().find({ to: '+4915112345678', text: 'Tell us.', at: Date.now(), ...changes });

    it('finds one that Twilio took without saying so', async () => {
      stub.answer = () => 'drop';
      await open().send(anSms());
      expect(await ask()).toEqual({ answer: 'taken', providerRef: stub.calls[0]?.sid });
    });

    it('tells what Twilio never had, had with other words or long before', async () => {
      expect(await ask()).toEqual({ answer: 'not-taken' });
      await open().send(anSms());
      expect(await ask({ text: 'Tell me.' })).toEqual({ answer: 'not-taken' });
      expect(await ask({ to: '+4915112345679' })).toEqual({ answer: 'not-taken' });
      expect(await ask({ at: Date.now() + 3_600_000 })).toEqual({ answer: 'not-taken' });
    });

    it('says when Twilio can’t be asked', async () => {
      const channel = open({ baseUrl: 'http://127.0.0.1:1' });
      expect(await channel.find({ to: '+4915112345678', text: 'Tell us.', at: 0 })).toEqual({ answer: 'unreachable' });
    });
  });
});
