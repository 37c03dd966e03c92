import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ApiRig } from './api-rig.js';
import { type Delivery, type Sender, SENDERS, SIGNATURES, standardEvent } from './signed-senders.js';

jest.setTimeout(300_000);
const DAY_MS = 86_400_000;
const RUNS = Number(process.env['AFTERGLOW_RUNS'] ?? 100);

let rig: ApiRig;
const addresses = new Map<string, string>();
beforeAll(async () => {
  rig = await ApiRig.start('bad_senders');
  for (const { kind, secret } of SENDERS) {
    for (const name of [kind, `other ${kind}`]) {
      const own =
        name === kind
          ? secret
          : kind === 'standard-webhooks'
            ? `whsec_${Buffer.alloc(32, 8).toString('base64')}`
            : 'of the other';
      const { body } = await rig.post<{ id: string }>('/api/v1/sources', { kind, name, secret: own });
      addresses.set(name, `/hooks/${body.id}`);
    }
  }
}, 120_000);
afterAll(() => rig?.stop());

const post = (url: string, { headers, body }: Delivery) =>
  rig.app.inject({ method: 'POST', url, headers: { 'content-type': 'application/json', ...headers }, payload: body });
const addressOf = (name: string): string => addresses.get(name) ?? '';
const stored = async (): Promise<number> => {
  const { rows } = await rig.owner.query<{ n: string }>('select count(*) as n from app.inbox_event');
  return Number(rows[0]?.n);
};
/** The answer but for the id of the request. */
const toldBy = (answer: Awaited<ReturnType<typeof post>>): string => {
  const { instance: _instance, ...rest } = answer.json<Record<string, unknown>>();
  return JSON.stringify([
    answer.statusCode,
    rest,
    answer.headers['www-authenticate'],
    answer.headers['content-length'],
  ]);
};

const flipped = (text: string, bit: number): string => {
  const bytes = Buffer.from(text);
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return bytes.toString('latin1');
};

describe.each(SENDERS)('signatures of $kind', ({ kind, secret, signature, deliver }) => {
  let refused: string;
  beforeAll(async () => {
    refused = toldBy(await post(addressOf(kind), deliver(1, 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')));
  });

  it('that are nobody’s are refused with 401', () => expect(JSON.parse(refused)[0]).toBe(401));

  it.each(SIGNATURES)('%s: refused in the same words, and nothing stored', async (_name, change) => {
    const before = await stored();
    const { headers, body } = deliver(2, secret);
    const { [signature]: genuine = '', ...others } = headers;
    const changed = change(genuine);
    const answer = await post(addressOf(kind), {
      headers: changed === undefined ? others : { ...others, [signature]: changed },
      body,
    });
    expect(toldBy(answer)).toBe(refused);
    expect(await stored()).toBe(before);
  });

  it.each([
    ['with a blank more', (body: string) => `${body} `],
    ['with a line more', (body: string) => `${body}\n`],
    ['written anew', (body: string) => JSON.stringify(JSON.parse(body), null, 1)],
    ['with other letters', (body: string) => body.replace('a', '\\u0061')],
    ['empty', () => ''],
    ['of another happening', () => deliver(99, secret).body],
  ])('a body %s is not the one that was signed', async (_name, change) => {
    const { headers, body } = deliver(3, secret);
    expect(toldBy(await post(addressOf(kind), { headers, body: change(body) }))).toBe(refused);
  });

  it('by the secret of another source, to a source that is none, and to what is no id', async () => {
    const { headers, body } = deliver(4, secret);
    const places = [`other ${kind}`].map(addressOf);
    for (const url of [
      ...places,
      '/hooks/00000000-0000-4000-8000-000000000000',
      '/hooks/none',
      `/hooks/${rig.shopId}`,
      "/hooks/'%20or%20",
    ])
      expect([url, toldBy(await post(url, { headers, body }))]).toEqual([url, refused]);
  });

  it('with any bit flipped are refused', async () => {
    const before = await stored();
    const { headers, body } = deliver(5, secret);
    const genuine = headers[signature] ?? '';
    for (let run = 0; run < RUNS; run += 1) {
      const bit = (run * 7_919) % (genuine.length * 8);
      const text = flipped(genuine, bit);
      // what is no header never comes so far
      if (/[^\x20-\x7e]/.test(text) || text.trim() !== text) continue;
      expect(toldBy(await post(addressOf(kind), { headers: { ...headers, [signature]: text }, body }))).toBe(refused);
    }
    expect(await stored()).toBe(before);
  });

  it('that are genuine are taken once, however often and at whatever moment the delivery comes again', async () => {
    const before = await stored();
    const delivery = deliver(6, secret);
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(addressOf(kind), delivery)));
    expect(answers.filter(({ statusCode }) => statusCode === 202)).toHaveLength(1);
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(19);
    expect((await post(addressOf(kind), delivery)).statusCode).toBe(200);
    expect((await post(addressOf(kind), deliver(7, secret))).statusCode).toBe(202);
    expect(await stored()).toBe(before + 2);
  });
});

describe('time stamps of signed deliveries', () => {
  const { secret } = SENDERS[2] as Sender;
  const body = JSON.stringify(standardEvent(50));
  const signedAt = (timestamp: string, id = 'stamp'): Delivery => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    return {
      headers: { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` },
      body,
    };
  };
  const seconds = (offsetMs: number): string => String(Math.floor((Date.now() + offsetMs) / 1_000));

  it.each([
    ['missing', () => ''],
    ['NaN', () => 'NaN'],
    ['of letters', () => 'now'],
    ['330 s ago', () => seconds(-330_000)],
    ['330 s ahead', () => seconds(330_000)],
    ['a day ago', () => seconds(-DAY_MS)],
    ['ten years ago', () => seconds(-3_650 * DAY_MS)],
    ['ten years ahead', () => seconds(3_650 * DAY_MS)],
    ['zero', () => '0'],
    ['negative', () => `-${seconds(0)}`],
    ['signed', () => `+${seconds(0)}`],
    ['a fraction', () => `${seconds(0)}.5`],
    ['in milliseconds', () => String(Date.now())],
    ['hexadecimal', () => `0x${Math.floor(Date.now() / 1_000).toString(16)}`],
    ['an exponent', () => '1e9'],
    ['ISO 8601', () => new Date().toISOString()],
    ['of many digits', () => '9'.repeat(400)],
    ['in other digits', () => seconds(0).replaceAll('1', '\xb9')],
  ])('%s: refused though its signature is right', async (_name, timestamp) => {
    expect((await post(addressOf('standard-webhooks'), signedAt(timestamp()))).statusCode).toBe(401);
  });

  it('of now are taken', async () => {
    expect((await post(addressOf('standard-webhooks'), signedAt(seconds(0)))).statusCode).toBe(202);
  });
});

describe('ids of events, by which a call is taken once', () => {
  const anEvent = (id: unknown, score = 4) => ({ ...standardEvent(0), id, data: { survey: 'delivery-csat', score } });
  const submit = (id: unknown, score?: number) => rig.post('/api/v1/events', anEvent(id, score));

  it.each([
    ['none', undefined],
    ['null', null],
    ['a number', 5],
    ['empty', ''],
    ['256 letters', 'a'.repeat(256)],
    ['10,000 letters', 'a'.repeat(10_000)],
    ['a list', ['a']],
    ['an object', { id: 'a' }],
    ['yes', true],
  ])('%s: refused', async (_name, id) => {
    expect((await submit(id)).status).toBe(422);
  });

  const IDS = [
    'a',
    'A',
    ' a',
    'a ',
    'a\tb',
    'a\nb',
    'é',
    'e\u0301',
    '٣',
    '\u200b',
    '💥',
    "' or 1=1 --",
    '%',
    '_',
    '../x',
    '__proto__',
    'constructor',
    'null',
    '0',
    '00',
    'a'.repeat(255),
  ];
  it.each(IDS)('%j: taken once, another body under it refused, and no other id meant', async (id) => {
    expect([(await submit(id)).status, (await submit(id)).status, (await submit(id, 1)).status]).toEqual([
      202, 200, 409,
    ]);
  });

  it('come again with their fields in another order', async () => {
    const { id, ...rest } = anEvent('order of fields');
    expect((await rig.post('/api/v1/events', { id, ...rest })).status).toBe(202);
    expect((await rig.post('/api/v1/events', { ...rest, id })).status).toBe(200);
  });

  it('come twenty times at once', async () => {
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await submit('at once')).status));
    expect(statuses.filter((status) => status === 202)).toHaveLength(1);
    expect(statuses.filter((status) => status === 200)).toHaveLength(19);
  });

  it('come twice in one list', async () => {
    const list = [anEvent('listed'), anEvent('listed'), anEvent('listed', 1)];
    const { body } = await rig.post<{ items: { status: string }[] }>('/api/v1/events', list);
    expect(body.items.map(({ status }) => status)).toEqual(['accepted', 'duplicate', 'conflict']);
  });
});
