import { createServer, type Server } from 'node:net';
import { HttpsCallSender } from '#app/channels';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { BAD_CALL_URLS, BAD_NAMES } from './corpora/bad-call-urls.js';

jest.setTimeout(180_000);
const RUNS = Number(process.env['AFTERGLOW_RUNS'] ?? 200);
const PORT = 8443;
/** What a blocked call would reach: this machine under several of its addresses. */
const LISTENED = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.255.255.254', '::1'];

let listeners: Server[];
let connections = 0;
beforeAll(async () => {
  listeners = (await Promise.all(LISTENED.map(listen))).filter((server) => server !== undefined);
});
afterAll(async () => {
  await Promise.all(listeners.map((server) => new Promise((resolve) => server.close(resolve))));
});
beforeEach(() => (connections = 0));

/** Undefined where the machine lacks the address, as some lack IPv6. */
function listen(address: string): Promise<Server | undefined> {
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(PORT, address, () => resolve(server));
  });
}

const call = (url: string) => ({ id: 'c', url, body: '{}', secrets: [`whsec_${'A'.repeat(32)}`], at: 0 });

/** Answers every name with these addresses. */
const leadingTo = (addresses: readonly string[]) =>
  new HttpsCallSender({
    allowLoopback: false,
    timeoutMs: 5_000,
    resolve: (_name, give) =>
      give(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      ),
  });

describe('addresses that nobody may call', () => {
  it('are many, and would be noticed', async () => {
    expect(BAD_CALL_URLS.length).toBeGreaterThanOrEqual(200);
    expect(listeners.length).toBeGreaterThanOrEqual(3);
    const open = new HttpsCallSender({ allowLoopback: true, timeoutMs: 5_000 });
    expect(await open.send(call(`https://127.0.0.2:${PORT}/`))).toMatchObject({ outcome: 'unanswered' });
    expect(connections).toBe(1);
  });

  it.each(BAD_CALL_URLS.map((url) => [url]))('%j is refused and nothing is connected', async (url) => {
    const sender = leadingTo(['127.0.0.1']);
    expect(await sender.send(call(url))).toMatchObject({ outcome: 'refused' });
    expect(connections).toBe(0);
  });

  it.each(BAD_NAMES)('%s, which leads to %s, is refused and nothing is connected', async (name, ...addresses) => {
    expect(await leadingTo(addresses).send(call(`https://${name}:${PORT}/`))).toMatchObject({ outcome: 'refused' });
    expect(connections).toBe(0);
  });

  it('stay closed to a name that changes between two look-ups', async () => {
    let asked = 0;
    const sender = new HttpsCallSender({
      allowLoopback: false,
      timeoutMs: 5_000,
      resolve: (_name, give) => {
        asked += 1;
        give(null, [{ address: asked === 1 ? '192.0.2.1' : '127.0.0.1', family: 4 }]);
      },
    });
    for (let turn = 0; turn < 3; turn += 1)
      expect(await sender.send(call(`https://rebind.example:${PORT}/`))).toMatchObject({ outcome: 'refused' });
    expect(connections).toBe(0);
  });

  it('are refused in any spelling of any private address', async () => {
    const octet = fc.nat(255);
    const privateAddress = fc.oneof(
      fc.tuple(fc.constant(127), octet, octet, octet),
      fc.tuple(fc.constant(10), octet, octet, octet),
      fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
      fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
      fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
    );
    await fc.assert(
      fc.asyncProperty(privateAddress, fc.constantFrom(...SPELLINGS), async (parts, spell) => {
        const url = `https://${spell(parts)}:${PORT}/`;
        expect([url, (await leadingTo(['127.0.0.1']).send(call(url))).outcome]).toEqual([url, 'refused']);
        expect(connections).toBe(0);
      }),
      { numRuns: RUNS },
    );
  });
});

type Parts = readonly [number, number, number, number];
const wholeOf = ([a, b, c, d]: Parts): number => ((a * 256 + b) * 256 + c) * 256 + d;
const hex = (value: number, length = 0): string => value.toString(16).padStart(length, '0');
const groups = ([a, b, c, d]: Parts): string => `${hex(a, 2)}${hex(b, 2)}:${hex(c, 2)}${hex(d, 2)}`;
const SPELLINGS: readonly ((parts: Parts) => string)[] = [
  (parts) => parts.join('.'),
  (parts) => String(wholeOf(parts)),
  (parts) => `0x${hex(wholeOf(parts))}`,
  (parts) => `0${wholeOf(parts).toString(8)}`,
  (parts) => parts.map((part) => `0x${hex(part)}`).join('.'),
  (parts) => parts.map((part) => `0${part.toString(8)}`).join('.'),
  ([a, b, c, d]) => `${a}.${(b * 256 + c) * 256 + d}`,
  ([a, b, c, d]) => `${a}.${b}.${c * 256 + d}`,
  (parts) => `${parts.join('.')}.`,
  (parts) =>
    Array.from(parts.join('.'), (sign) => (sign === '.' ? '。' : String.fromCodePoint(0xff10 + Number(sign)))).join(''),
  (parts) => `[::ffff:${groups(parts)}]`,
  (parts) => `[::ffff:${parts.join('.')}]`,
  (parts) => `[64:ff9b::${groups(parts)}]`,
  (parts) => `[2002:${groups(parts)}::]`,
];
