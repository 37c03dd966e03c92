import PostalMime from 'postal-mime';
import { SmtpSink, type SmtpSinkOptions } from '../../../../test/support/smtp-sink.js';
import { describeChannelContract, type ProviderMood } from '../channel.contract.js';
import { aMessage } from '../testing.js';
import { EmailSmtpChannel } from './email-smtp.channel.js';

const from = 'hello@birch.example';
const MOODS: Record<ProviderMood, SmtpSinkOptions> = {
  accept: {},
  'try-later': { onRcpt: () => '450 4.2.0 later' },
  'bad-address': { onRcpt: () => '550 5.1.1 unknown' },
  'silent-after-taking': { onData: () => 'drop' },
  'opted-out': {},
  unreachable: {},
};

describeChannelContract(
  'email-smtp',
  async () => {
    const sink = await SmtpSink.start();
    return {
      open: async () => new EmailSmtpChannel({ url: sink.url, from }, { socketTimeoutMs: 400 }),
      message: () => aMessage(),
      forgedAddress: 'b@y.example\r\nRCPT TO:<evil@z.example>',
      setMood: async (mood) => {
        Object.assign(sink.hooks, { onRcpt: undefined, onData: undefined }, MOODS[mood]);
        if (mood === 'unreachable') await sink.stop();
      },
      received: () => sink.mails.length,
      close: () => sink.stop().catch(() => undefined),
    };
  },
  {
    skip: [
      { clause: 'once-per-key', reason: 'SMTP has no idempotency key' },
      { clause: 'reports-opt-out', reason: 'SMTP knows no opt-out' },
    ],
  },
);

describe('EmailSmtpChannel', () => {
  let sink: SmtpSink;
  let channel: EmailSmtpChannel;
  beforeEach(async () => {
    sink = await SmtpSink.start();
    channel = new EmailSmtpChannel({ url: sink.url, from: `Ignored <${from}>` }, { socketTimeoutMs: 300 });
  });
  afterEach(async () => {
    await channel.close();
    await sink.stop();
  });

  it('sends text and HTML under the name of the shop with a Message-ID made of the key', async () => {
    const message = aMessage({
      fromName: 'Möbel "Eins", GmbH\r\nBcc: evil@z.example',
      subject: 'Grüße\r\nBcc: evil@z.example',
    });
    expect(await channel.send(message)).toMatchObject({
      outcome: 'sent',
      providerRef: `<${message.key}@birch.example>`,
      code: '250 2.0.0',
    });
    const [mail] = sink.mails;
    expect(mail).toMatchObject({ from, to: ['ada@mail.example'] });
    const parsed = await PostalMime.parse(mail?.data ?? '');
    expect(parsed).toMatchObject({
      messageId: `<${message.key}@birch.example>`,
      text: expect.stringContaining('Tell us.'),
      html: expect.stringContaining('<p>Tell us.</p>'),
    });
    expect(parsed.from).toMatchObject({ address: from, name: expect.stringContaining('Möbel "Eins", GmbH') });
    expect(parsed.to).toEqual([{ address: 'ada@mail.example', name: '' }]);
    expect(parsed.bcc).toBeUndefined();
  });

  it('carries the one-click unsubscription except where there is none', async () => {
    const url = `https://shop.example/u/${'t'.repeat(120)}`;
    await channel.send(aMessage({ unsubscribeUrl: url }));
    await channel.send(aMessage({ unsubscribeUrl: null }));
    const [first, second] = await Promise.all(sink.mails.map((mail) => PostalMime.parse(mail.data)));
    const header = (mail: typeof first, key: string): string | undefined =>
      mail?.headers.find((entry) => entry.key === key)?.value;
    expect(header(first, 'list-unsubscribe')).toBe(`<${url}>`);
    expect(header(first, 'list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    expect(header(second, 'list-unsubscribe')).toBeUndefined();
  });

  it('keeps its connection, and opens another one when the server has left', async () => {
    for (let n = 0; n < 3; n += 1) await channel.send(aMessage());
    expect(sink.connections).toBe(1);
    sink.hooks.onData = () => 'drop';
    expect(await channel.send(aMessage())).toMatchObject({ outcome: 'unknown', phase: 'data' });
    sink.hooks.onData = undefined;
    expect(await channel.send(aMessage())).toMatchObject({ outcome: 'sent' });
    expect(sink.connections).toBe(2);
  });

  it('uses the connection again after a refusal', async () => {
    sink.hooks.onRcpt = (to) => (to.startsWith('bob') ? '550 5.1.1 unknown' : undefined);
    expect(await channel.send(aMessage({ to: 'bob@mail.example' }))).toMatchObject({
      outcome: 'permanent',
      phase: 'envelope',
      code: '550 5.1.1',
    });
    expect(await channel.send(aMessage())).toMatchObject({ outcome: 'sent' });
    expect(sink.connections).toBe(1);
  });

  it.each([
    ['drop', 'onRcpt', 'transient'],
    ['hang', 'onRcpt', 'transient'],
    ['drop', 'onData', 'unknown'],
    ['hang', 'onData', 'unknown'],
    ['451 4.3.0 later', 'onData', 'transient'],
    ['554 5.7.1 spam', 'onData', 'permanent'],
  ] as const)('%s at %s is %s, on a fresh and on a used connection', async (answer, hook, outcome) => {
    for (const warmUp of [false, true]) {
      Object.assign(sink.hooks, { onRcpt: undefined, onData: undefined });
      if (warmUp) await channel.send(aMessage());
      sink.hooks[hook] = () => answer;
      expect(await channel.send(aMessage())).toMatchObject({ outcome });
    }
  });

  it('reads files and URLs neither in text nor in HTML', async () => {
    await channel.send(aMessage({ text: '/etc/passwd', html: '<img src="file:///etc/passwd">' }));
    expect(sink.mails[0]?.data).not.toContain('root:');
  });

  it('refuses settings without an address to send from', () => {
    expect(() => new EmailSmtpChannel({ url: sink.url, from: 'nobody' })).toThrow('MAIL_FROM');
  });
});
