import { ConfiguredChannels } from './configured-channels.js';

describe('ConfiguredChannels', () => {
  it('captures everything until it is told otherwise', () => {
    const channels = new ConfiguredChannels({});
    expect(channels.forMedium('email')).toMatchObject({ code: 'capture', medium: 'email' });
    expect(channels.forMedium('sms')).toMatchObject({ code: 'capture', medium: 'sms' });
  });

  it('sends by SMTP and by Twilio where they are configured', async () => {
    const channels = new ConfiguredChannels({
      smtpUrl: 'smtp://127.0.0.1:2525',
      mailFrom: 'hello@birch.example',
      twilio: { accountSid: 'AC0', authToken: 'x', from: '+15005550006' },
    });
    expect(channels.forMedium('email').code).toBe('email-smtp');
    expect(channels.forMedium('sms').code).toBe('sms-twilio');
    await channels.close();
  });

  it.each([
    [{ smtpUrl: 'smtp://127.0.0.1:2525' }, 'email-smtp'],
    [{ smtpUrl: 'http://mail.example', mailFrom: 'hello@birch.example' }, 'smtp://'],
    [{ twilio: { accountSid: 'XX', authToken: 'x', from: '+1' } }, 'AC'],
  ])('says what is wrong with %j', (settings, words) => {
    expect(() => new ConfiguredChannels(settings)).toThrow(words);
  });
});
