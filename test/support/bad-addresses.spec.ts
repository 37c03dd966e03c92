import { ConfiguredChannels } from '#app/channels';
import { emailAddress, wireEvent } from '#app/contracts';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { BAD_EMAILS, BAD_PHONES, GOOD_EMAILS } from './corpora/bad-addresses.js';
import { SmtpSink } from './smtp-sink.js';

jest.setTimeout(180_000);
const RUNS = Number(process.env['AFTERGLOW_RUNS'] ?? 200);

const CHANGES = Array.from('\r\n\0 ,;:<>()[]"\\@.\u2028\u202e\u00e9');

let sink: SmtpSink;
let channels: ConfiguredChannels;
let sent = 0;
beforeAll(async () => {
  sink = await SmtpSink.start();
  channels = new ConfiguredChannels({ smtpUrl: sink.url, mailFrom: 'shop@birch.example' });
});
afterAll(async () => {
  await channels?.close();
  await sink?.stop();
});

/** Recipients that the server saw of one message to this address. */
async function recipientsOf(to: string): Promise<readonly (readonly string[])[]> {
  const before = sink.mails.length;
  sent += 1;
  const { outcome } = await channels.forMedium('email').send({
    id: `m${sent}`,
    key: sent.toString(16).padStart(64, '0'),
    medium: 'email',
    to,
    fromName: 'Birch',
    subject: 'Hello',
    text: 'Hello',
    html: null,
    unsubscribeUrl: null,
  });
  const mails = sink.mails.slice(before);
  expect([outcome, mails.length]).toEqual(outcome === 'sent' ? ['sent', 1] : ['permanent', 0]);
  // commands are bytes; the sink shows them as Latin-1
  return mails.map((mail) => mail.to.map((address) => Buffer.from(address, 'latin1').toString('utf8')));
}

const withCustomer = (customer: object) =>
  wireEvent.safeParse({ id: '1', type: 'customer.created', occurredAt: '2026-03-01T00:00:00Z', customer, data: {} });

describe('addresses of e-mail', () => {
  it('are many', () => expect(BAD_EMAILS.length).toBeGreaterThanOrEqual(230));

  it.each(BAD_EMAILS.map((text) => [text]))('%j is refused at the door, or stands for one address', async (text) => {
    const parsed = emailAddress.safeParse(text);
    expect(withCustomer({ email: text }).success).toBe(parsed.success);
    // blanks around an address are people's; nothing else is taken off
    const stored = parsed.success ? [text.trim().toLowerCase()] : [];
    expect(parsed.success ? [parsed.data] : []).toEqual(stored);
    expect(await Promise.all(stored.map(recipientsOf))).toEqual(stored.map((address) => [[address]]));
  });

  it.each(BAD_EMAILS.map((text) => [text]))(
    '%j is given to a mail server as one address or not at all',
    async (text) => {
      // as if it had come past the door: an older version, another source
      for (const recipients of await recipientsOf(text)) expect(recipients).toEqual([text]);
    },
  );

  it.each(GOOD_EMAILS)('%j is taken as %s and written to there alone', async (given, stored) => {
    expect(emailAddress.parse(given)).toBe(stored);
    expect(await recipientsOf(stored)).toEqual([[stored]]);
  });

  it('that are bad nearly all stay outside', () => {
    const taken = BAD_EMAILS.filter((text) => emailAddress.safeParse(text).success);
    expect(taken.length).toBeLessThan(15);
    expect(taken.filter((text) => /evil|[\r\n\0<>(),:;[\]\\"]/.test(text.trim()))).toEqual([]);
  });

  it('of any kind, one character changed, reach one recipient or none', async () => {
    const mutated = fc
      .tuple(fc.emailAddress(), fc.nat(), fc.constantFrom('', ...CHANGES), fc.nat(2))
      .map(([address, at, text, cut]) => {
        const place = at % (address.length + 1);
        return address.slice(0, place) + text + address.slice(place + cut);
      });
    await fc.assert(
      fc.asyncProperty(mutated, async (text) => {
        const parsed = emailAddress.safeParse(text);
        const to = parsed.success ? parsed.data : text;
        for (const recipients of await recipientsOf(to)) expect(recipients).toEqual([to]);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('numbers of telephones', () => {
  it('are many', () => expect(new Set(BAD_PHONES).size).toBeGreaterThanOrEqual(75));

  it.each(BAD_PHONES.map((text) => [text]))('%j is refused', (text) => {
    expect(withCustomer({ phone: text }).success).toBe(false);
  });
});
