import { createHash } from 'node:crypto';
import { type IncomingRequest, QUERY } from '#app/application';
import fc from 'fast-check';
import twilio from 'twilio';
import { CONTEXT, describeSourceContract } from '../source.contract.js';
import { twilioSource } from './twilio.source.js';

const PUBLIC_URL = 'https://shop.example';
const FORM = 'application/x-www-form-urlencoded';
const SHOP = '0190a000-0000-7000-8000-000000000001';
const MESSAGE = '0190a000-0000-7000-8000-0000000000aa';
const PATH = `/hooks/twilio?message=${SHOP}.${MESSAGE}`;
const SID = `SM${'1'.repeat(32)}`;

type Fields = Record<string, string | string[]>;

/** Signed by Twilio's own package. */
function call(token: string, fields: Fields, { path = PATH, publicUrl = PUBLIC_URL } = {}): IncomingRequest {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) form.append(name, one);
  return {
    headers: { 'x-twilio-signature': twilio.getExpectedTwilioSignature(token, publicUrl + path, fields) },
    rawBody: Buffer.from(form.toString()),
    contentType: FORM,
    path,
  };
}

const isGenuine = (request: IncomingRequest, token = 'token', publicUrl = PUBLIC_URL): boolean =>
  twilioSource.verify(request, [token], 0, publicUrl).genuine;
const parse = (fields: Record<string, string>, query?: string) =>
  twilioSource.parse(
    { headers: query === undefined ? {} : { [QUERY]: query }, body: new URLSearchParams(fields).toString() },
    CONTEXT,
  );
const status = (MessageStatus: string, more: Record<string, string> = {}) => ({
  MessageSid: SID,
  MessageStatus,
  To: '+4915112345678',
  From: '+15005550006',
  ...more,
});
const text = (Body: string, more: Record<string, string> = {}) => ({
  MessageSid: SID,
  SmsStatus: 'received',
  From: '+4915112345678',
  To: '+15005550006',
  Body,
  NumMedia: '0',
  ...more,
});

describeSourceContract('twilio', {
  kind: twilioSource,
  secrets: ['old token', 'new token'],
  nowMs: CONTEXT.receivedAt,
  isForm: true,
  publicUrl: PUBLIC_URL,
  deliver: (secret) => call(secret, status('delivered')),
  deliverAnother: (secret) => call(secret, status('delivered', { MessageSid: `SM${'2'.repeat(32)}` })),
  deliverUnknown: (secret) => call(secret, status('partying')),
});

describe("Twilio's signature", () => {
  it('is that of the published vectors: of a form, and of JSON by the hash in the address', () => {
    const publicUrl = 'https://mycompany.com';
    const form = {
      CallSid: 'CA1234567890ABCDE',
      Caller: '+14158675309',
      Digits: '1234',
      From: '+14158675309',
      To: '+18005551212',
    };
    const ofForm = {
      headers: { 'x-twilio-signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=' },
      rawBody: Buffer.from(new URLSearchParams(form).toString()),
      contentType: FORM,
      path: '/myapp.php?foo=1&bar=2',
    };
    expect(isGenuine(ofForm, '12345', publicUrl)).toBe(true);
    const rawBody = Buffer.from('{"property": "value", "boolean": true}');
    const hash = createHash('sha256').update(rawBody).digest('hex');
    const ofJson = {
      headers: { 'x-twilio-signature': 'a9nBmqA0ju/hNViExpshrM61xv4=' },
      rawBody,
      contentType: 'application/json',
      path: `/myapp.php?foo=1&bar=2&bodySHA256=${hash}`,
    };
    expect(isGenuine(ofJson, '12345', publicUrl)).toBe(true);
    expect(isGenuine({ ...ofJson, rawBody: Buffer.from('{}') }, '12345', publicUrl)).toBe(false);
  });

  it('is that of the package, whatever the fields', () => {
    const field = fc.string({ unit: 'grapheme', maxLength: 20 });
    fc.assert(
      fc.property(fc.dictionary(field, fc.oneof(field, fc.array(field, { minLength: 1, maxLength: 3 }))), (fields) =>
        isGenuine(call('token', fields)),
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    ['with its port', 'https://shop.example:443', PUBLIC_URL],
    ['without its port', 'https://shop.example', 'https://shop.example:443'],
    ['of another port, without it', 'https://shop.example', 'https://shop.example:8443'],
    ['under a path of its own', 'https://shop.example/afterglow', 'https://shop.example/afterglow'],
  ])('covers an address %s', (_name, signed, publicUrl) => {
    expect(isGenuine(call('token', status('sent'), { publicUrl: signed }), 'token', publicUrl)).toBe(true);
  });

  it('covers the address: another message, host or scheme is another signature', () => {
    const request = call('token', status('sent'));
    expect(isGenuine({ ...request, path: `${PATH.slice(0, -1)}b` })).toBe(false);
    expect(isGenuine(request, 'token', 'http://shop.example')).toBe(false);
    expect(isGenuine(request, 'token', 'https://shop.example.evil')).toBe(false);
  });

  it('reads Hebrew, repeated names and signs that are escaped', () => {
    const fields = { Body: 'שלום + %20 & ü', Media: ['b', 'a', 'a'] };
    expect(isGenuine(call('token', fields))).toBe(true);
  });

  it('has no secret without words', () => {
    expect(isGenuine(call('', status('sent')), '')).toBe(false);
  });
});

describe('what became of a message', () => {
  const at = new Date(CONTEXT.receivedAt).toISOString();
  const mention = { messageId: MESSAGE, providerRef: SID };
  const query = `message=${SHOP}.${MESSAGE}`;

  it.each([
    ['accepted', 'queued'],
    ['queued', 'queued'],
    ['sending', 'sending'],
    ['sent', 'sent'],
    ['read', 'read'],
  ])('%s stands on no timeline', (told, kept) => {
    expect(parse(status(told), query)).toEqual({ events: [], statuses: [{ ...mention, status: kept, at }] });
  });

  it('delivered names our message, and Twilio’s name of it', () => {
    expect(parse(status('delivered'), query).events).toEqual([
      { type: 'message.delivered', occurredAt: at, data: { ...mention, channel: 'sms' } },
    ]);
    expect(parse(status('delivered')).events).toMatchObject([{ data: { providerRef: SID } }]);
  });

  it.each([
    ['30005', 'hard'],
    ['30006', 'hard'],
    ['21614', 'hard'],
    ['30003', 'soft'],
    ['30007', 'soft'],
    ['30034', 'soft'],
    ['21610', 'soft'],
  ])('undelivered with %s is a %s bounce', (ErrorCode, kind) => {
    for (const told of ['undelivered', 'failed'])
      expect(parse(status(told, { ErrorCode })).events).toMatchObject([
        { type: 'message.bounced', data: { kind, code: ErrorCode } },
      ]);
  });

  it('keeps the price in millionths', () => {
    const priced = parse(status('delivered', { Price: '-0.00750', PriceUnit: 'usd' }));
    expect(priced.statuses).toMatchObject([{ cost: { micros: 7_500, currency: 'USD' } }]);
    for (const Price of ['', 'null', '-1e9', 'NaN'])
      expect(parse(status('delivered', { Price, PriceUnit: 'USD' })).statuses).toEqual([]);
  });
});

describe('a text that came in', () => {
  it('says who wrote what', () => {
    expect(parse(text('8')).events).toMatchObject([
      {
        type: 'message.replied',
        customer: { phone: '+4915112345678' },
        data: { channel: 'sms', text: '8', from: '+4915112345678', providerRef: SID },
      },
    ]);
  });

  it.each(['STOP', 'START', 'HELP'])('takes Twilio’s word that it means %s', (OptOutType) => {
    expect(parse(text('Arrêtez', { OptOutType })).events).toMatchObject([
      { data: { keyword: OptOutType.toLowerCase() } },
    ]);
  });

  it.each([
    ['STOP', 'STOP'],
    ['opt-out', 'opt-out'],
    ['9', '9'],
    ['menu-1', 'No offers for me'],
  ])('means by the button %s: %s', (ButtonPayload, meant) => {
    const fields = text('No offers for me', { ButtonPayload });
    expect(parse(fields).events).toMatchObject([{ data: { text: meant } }]);
    const heardBy = /^\d|^menu/.test(ButtonPayload) ? undefined : 'all';
    expect(twilioSource.addressee?.(call('token', fields, { path: '/hooks/twilio' }))).toMatchObject({ heardBy });
  });

  it('names pictures without fetching them', () => {
    const fields = text('', { NumMedia: '2', MediaContentType0: 'image/jpeg', MediaUrl0: 'https://api.twilio.com/x' });
    expect(parse(fields).events).toMatchObject([{ data: { text: '', attachments: ['image/jpeg', 'file'] } }]);
  });

  it('of a sender that is no number means nothing', () => {
    expect(parse(text('8', { From: 'Bank' }))).toMatchObject({ events: [], ignored: expect.stringMatching(/\S/) });
  });
});

describe('whom a call concerns', () => {
  const line = { medium: 'sms', number: '+4915112345678' };
  const addressee = (fields: Fields, path = PATH) => twilioSource.addressee?.(call('token', fields, { path }));

  it('is the shop of the message that it names', () => {
    expect(addressee(status('sent'))).toEqual({ shopId: SHOP });
  });

  it('is who wrote to the number last; a withdrawal concerns all', () => {
    expect(addressee(text('8'), '/hooks/twilio')).toEqual({ line, heardBy: undefined });
    expect(addressee(text('Stop'), '/hooks/twilio')).toEqual({ line, heardBy: 'all' });
    expect(addressee(text('?', { OptOutType: 'STOP' }), '/hooks/twilio')).toMatchObject({ heardBy: 'all' });
  });

  it.each([
    ['START', {}, 'left'],
    ['unstop', { OptOutType: 'START' }, 'left'],
    ['Empezar', { OptOutType: 'START' }, 'left'],
    ['Yes', {}, 'asker'],
    ['yes please', { OptOutType: 'START' }, 'asker'],
    ['HELP', {}, undefined],
    ['Help', { OptOutType: 'HELP' }, undefined],
  ])('of %s are those that it may be meant for', (body, more, heardBy) => {
    expect(addressee(text(body, more as Record<string, string>), '/hooks/twilio')).toEqual({ line, heardBy });
  });

  it('is nobody when a status names no message', () => {
    expect(addressee(status('sent'), '/hooks/twilio')).toBeUndefined();
  });
});
