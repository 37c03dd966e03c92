import type { MailPurpose } from '#app/application';
import {
  complaint,
  deliveryStatus,
  type DeliveryStatus,
  type InboundMail,
  plainMail,
  WITH_FILE,
} from '../../../../test/support/corpora/inbound-mails.js';
import { mailSource } from './mail.source.js';
import { takeApart } from './take-apart.js';

const MESSAGE = '0199c0de-0000-7000-8000-000000000042';
const context = { settings: {}, receivedAt: Date.UTC(2026, 2, 10, 12), shopTimeZone: 'UTC', shopCurrency: 'EUR' };

async function read({ raw, from }: InboundMail, purpose: MailPurpose = 'bounce') {
  const { hash, ...mail } = await takeApart(Buffer.from(raw), from);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  const body = JSON.stringify({ ...mail, purpose, messageId: MESSAGE, customer: { email: 'ada@mail.example' } });
  return mailSource.parse({ headers: {}, body }, context);
}

const bounces: readonly (readonly [expected: string, status: DeliveryStatus])[] = [
  [
    'hard 5.1.1',
    { status: '5.1.1', diagnostic: '550 5.1.1 <ada@mail.example>: Recipient address rejected: User unknown' },
  ],
  ['hard 5.1.10', { status: '5.1.10', diagnostic: '550 5.1.10 RESOLVER.ADR.RecipientNotFound' }],
  ['hard 5.1.2', { status: '5.1.2', diagnostic: '' }],
  [
    'hard 5.1.1',
    { status: '5.0.0', diagnostic: '550-5.1.1 The email account that you tried to reach does not exist.' },
  ],
  ['hard 550', { status: '5.0.0', diagnostic: '550 No such user here' }],
  ['hard 5.0.0', { status: '5.0.0', diagnostic: 'user unknown' }],
  ['hard 550', { diagnostic: '550 Requested action not taken: mailbox unavailable' }],
  ['soft 5.2.2', { status: '5.2.2', diagnostic: '552 5.2.2 The mailbox is full' }],
  ['soft 5.2.1', { status: '5.2.1', diagnostic: '550 5.2.1 This account is receiving mail too fast' }],
  ['soft 5.7.1', { status: '5.7.1', diagnostic: '550 5.7.1 Message refused as spam' }],
  [
    'soft 5.7.26',
    { status: '5.7.26', diagnostic: '550-5.7.26 Unauthenticated email is not accepted due to the DMARC policy' },
  ],
  ['soft 550', { status: '5.0.0', diagnostic: '550 Message blocked due to spam content' }],
  ['soft 4.4.7', { status: '4.4.7', diagnostic: '' }],
  ['soft 4.2.2', { status: '4.2.2', diagnostic: '452 4.2.2 over quota' }],
  ['soft 5.0.0', { status: '5.0.0', diagnostic: 'it failed' }],
];

describe('a report of delivery', () => {
  it.each(bounces)('is a bounce %s for %p', async (expected, status) => {
    const { events } = await read(deliveryStatus(status));
    const [event] = events;
    expect(events).toHaveLength(1);
    if (event?.type !== 'message.bounced') throw new Error(`it is ${event?.type}`);
    expect(`${event.data.kind} ${event.data.code}`).toBe(expected);
    expect(event).toMatchObject({
      occurredAt: '2026-03-10T12:00:00.000Z',
      customer: { email: 'ada@mail.example' },
      data: { messageId: MESSAGE, channel: 'email' },
    });
  });

  it('says nothing while the mail is still being tried, and that it arrived', async () => {
    expect(await read(deliveryStatus({ action: 'delayed', status: '4.4.1' }))).toMatchObject({
      events: [],
      ignored: 'the mail is still being tried',
    });
    expect((await read(deliveryStatus({ action: 'delivered', status: '2.0.0' }))).events[0]?.type).toBe(
      'message.delivered',
    );
  });

  it('counts where people answer as well: some servers send it there', async () => {
    expect((await read(deliveryStatus({ status: '5.1.1' }), 'reply')).events[0]?.type).toBe('message.bounced');
    expect((await read(deliveryStatus({ status: '5.1.1' }), 'unsubscribe')).events[0]?.type).toBe('message.bounced');
  });

  it.each([
    [
      'hard 550',
      { Subject: 'failure notice' },
      "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message.\n\n<ada@mail.example>:\n203.0.113.5 does not like recipient.\nRemote host said: 550 No such user\nGiving up on 203.0.113.5.",
    ],
    [
      'hard undefined',
      { Subject: 'Mail delivery failed: returning message to sender', 'X-Failed-Recipients': 'ada@mail.example' },
      'A message that you sent could not be delivered.\n\n  ada@mail.example\n    Unknown user',
    ],
    [
      'hard 5.1.1',
      { Subject: 'Undeliverable: Thank you' },
      'Your message could not be delivered. The address was not found. #5.1.1 smtp;550 5.1.1 unknown',
    ],
    ['soft 452', { Subject: 'Returned mail' }, 'The following address had errors:\n452 mailbox full\n'],
    ['soft undefined', { Subject: 'Delivery failure' }, 'Leider konnte Ihre Nachricht nicht zugestellt werden.'],
  ])('is understood in free words: %s', async (expected, headers, text) => {
    const [event] = (await read(plainMail(headers, text, ''))).events;
    expect(event?.type === 'message.bounced' && `${event.data.kind} ${event.data.code}`).toBe(expected);
  });

  it('is none where a machine tells of an absence, or a person writes to the return address', async () => {
    const absence = plainMail(
      { Subject: 'Out of office', 'Auto-Submitted': 'auto-replied' },
      'Call 550 123 or write to 5.1.1.',
      '',
    );
    expect((await read(absence)).events).toEqual([]);
    expect((await read(plainMail({ Subject: 'Hello' }, 'Is this where I write to?'))).events).toEqual([]);
  });
});

describe('a complaint', () => {
  it.each(['abuse', 'fraud', 'opt-out'])('is one as %s', async (kind) => {
    expect((await read(complaint(kind))).events).toEqual([expect.objectContaining({ type: 'message.complained' })]);
  });

  it.each(['not-spam', 'auth-failure'])('is none as %s', async (kind) => {
    expect((await read(complaint(kind))).events).toEqual([]);
  });
});

describe('an answer', () => {
  const reply = async (mail: InboundMail) => {
    const [event] = (await read(mail, 'reply')).events;
    if (event?.type !== 'message.replied') throw new Error(`it is ${event?.type}`);
    return event.data;
  };

  it.each([
    [
      'English',
      'It arrived broken.\nPlease help.',
      'On Tue, 10 Mar 2026 at 12:00, Shop <hello@birch.example> wrote:\n> How was it?\n> 1 2 3 4 5',
    ],
    ['German', 'Alles gut, danke!', 'Am 10.03.2026 um 12:00 schrieb Shop <hello@birch.example>:\n> Wie war es?'],
    [
      'French',
      'Très bien.',
      'Le mar. 10 mars 2026 à 12:00, Shop <hello@birch.example> a écrit :\n> Comment était-ce ?',
    ],
    [
      'Outlook',
      'No thank you.',
      '-----Original Message-----\nFrom: Shop <hello@birch.example>\nSent: Tuesday\nTo: Ada\nSubject: How was it?\n\nHow was it?',
    ],
    ['a signature', 'All is well.', '-- \nAda Lovelace\n+44 20 1234'],
  ])('is told without what it quotes (%s)', async (_title, own, quoted) => {
    const { text, automatic } = await reply(plainMail({ Subject: 'Re: How was it?' }, `${own}\n\n${quoted}`));
    expect([text, automatic]).toEqual([own, undefined]);
  });

  it('keeps what is nothing but a quotation', async () => {
    expect((await reply(plainMail({ Subject: 'Re' }, '> How was it?'))).text).toBe('> How was it?');
  });

  it('is read out of HTML, and names what was attached without keeping it', async () => {
    expect(await reply(WITH_FILE)).toMatchObject({
      text: 'It arrived broken, see the picture.',
      subject: 'Re: How was it?',
      from: expect.stringContaining('ada@mail.example'),
      attachments: ['broken.jpg'],
    });
  });

  it.each([
    [{ 'Auto-Submitted': 'auto-replied' }, 'ada@mail.example'],
    [{ 'Auto-Submitted': 'auto-generated (vacation)' }, 'ada@mail.example'],
    [{ Precedence: 'bulk' }, 'ada@mail.example'],
    [{ 'X-Autoreply': 'yes' }, 'ada@mail.example'],
    [{ Subject: 'Automatische Antwort: Wie war es?' }, 'ada@mail.example'],
    [{ Subject: 'Réponse automatique : absence' }, 'ada@mail.example'],
    [{}, ''],
  ])('of a machine is told as such: %p', async (headers, from) => {
    expect((await reply(plainMail({ Subject: 'Re: How was it?', ...headers }, 'I am away.', from))).automatic).toBe(
      true,
    );
  });

  it('of a person is not, whatever it says of absence', async () => {
    const mail = plainMail(
      { Subject: 'Re: out of office chairs', 'Auto-Submitted': 'no' },
      'When do you have them again?',
    );
    expect((await reply(mail)).automatic).toBeUndefined();
  });
});

describe('mail to unsubscribe', () => {
  it('withdraws, unless a machine wrote it', async () => {
    const [event] = (await read(plainMail({ Subject: 'unsubscribe' }, ''), 'unsubscribe')).events;
    expect(event).toMatchObject({
      type: 'consent.changed',
      customer: { email: 'ada@mail.example' },
      data: { channel: 'email', state: 'opted_out', level: 'confirmed', proof: expect.stringContaining(MESSAGE) },
    });
    expect((await read(plainMail({ 'Auto-Submitted': 'auto-replied' }, 'away'), 'unsubscribe')).events).toEqual([]);
  });
});

describe('what is hardly a mail', () => {
  it('is read as far as somebody would write, however many lines it has', async () => {
    const started = process.cpuUsage();
    const raw = Buffer.from(`Subject: long\r\n\r\n${'a b\r\n'.repeat(900_000)}`);
    expect((await takeApart(raw, 'ada@mail.example')).text).toHaveLength(10_000 * 4 - 2 * 4);
    // reading all of it takes ten seconds
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(3);
  });

  it.each([
    ['nothing', ''],
    ['no header', 'just words'],
    ['bytes', '\u0000\u00ff\u00fe: \u0000\r\n\r\n\u0000'],
    [
      'a part that never ends',
      'Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nhello',
    ],
    ['one long line', `Subject: ${'a'.repeat(200_000)}\r\n\r\n${'> '.repeat(200_000)}`],
    ['a wrong charset', 'Content-Type: text/plain; charset=x-nowhere\r\n\r\nh\u00e9llo'],
  ])('is taken all the same: %s', async (_title, raw) => {
    for (const purpose of ['bounce', 'reply', 'unsubscribe'] as const)
      expect((await read({ title: '', from: 'ada@mail.example', raw }, purpose)).events.length).toBeLessThanOrEqual(1);
  });

  it('is refused when it has parts within parts without end', async () => {
    const raw = `${'Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n'.repeat(200)}hello`;
    await expect(takeApart(Buffer.from(raw), '')).rejects.toMatchObject({ code: 'malformed' });
  });
});
