import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { BAD_REQUESTS } from '../support/corpora/bad-requests.js';
import { orderPlaced } from '../support/shopify-orders.js';
import { shopifyHeaders } from '../support/shopify-sender.js';
import { ApiRig } from './api-rig.js';
import { rowCounts } from './bad-input-rig.js';

jest.setTimeout(300_000);
const SECRET = 'a secret of theirs';
/** Sockets at the same time. */
const AT_ONCE = 20;
/** A request that is not there after 10 s is refused; a busy machine may take longer to say so. */
const MAX_WAIT_MS = 60_000;
const SILENCE_MS = 500;

let rig: ApiRig;
let port: number;
let hook: string;
let before: Record<string, string>;
beforeAll(async () => {
  rig = await ApiRig.start('bad_requests');
  const { body } = await rig.post<{ id: string }>('/api/v1/sources', { kind: 'shopify', name: 'S', secret: SECRET });
  hook = `/hooks/${body.id}`;
  await rig.app.listen(0, '127.0.0.1');
  port = (rig.app.getHttpServer().address() as AddressInfo).port;
  before = await rowCounts(rig);
}, 120_000);
afterAll(() => rig?.stop());

/** All that comes back, until the server closes or has been silent for a while after an answer. A sender that breaks off closes its half. */
function sendRaw(bytes: Buffer, breaksOff = false): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () =>
      breaksOff ? socket.end(bytes) : socket.write(bytes),
    );
    let timer = setTimeout(() => {
      answer += '[the connection stayed open]';
      socket.destroy();
    }, MAX_WAIT_MS);
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      clearTimeout(timer);
      timer = setTimeout(() => socket.destroy(), SILENCE_MS);
    });
    socket.on('end', () => socket.end());
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}

/** In the order of the requests, so many at a time. */
async function answersTo(requests: readonly Buffer[], breaksOff: boolean): Promise<string[]> {
  const answers: string[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < requests.length) {
      const index = next;
      next += 1;
      answers[index] = await sendRaw(requests[index] ?? Buffer.alloc(0), breaksOff);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
}

const statusesIn = (answer: string): number[] =>
  [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));

/** What is wrong with what came back; empty when every answer in it is a refusal in our form. */
function faultsOf(answer: string): string[] {
  const statuses = statusesIn(answer);
  return [
    ...statuses.filter((status) => status < 400 || status >= 500).map((status) => `answered ${status}`),
    ...(answer.includes('stayed open') ? ['the connection stayed open'] : []),
    ...(statuses.length > 0 && !answer.includes('application/problem+json')
      ? [`no problem+json: ${answer.slice(0, 300)}`]
      : []),
    ...(/node_modules|\bat \S+ \(|root:|"dependencies"/.test(answer) ? ['tells of the inside'] : []),
  ];
}

const request = (method: string, path: string, headers: Record<string, string>, body: string): Buffer => {
  const lines = Object.entries({
    host: 'x',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    ...headers,
  });
  return Buffer.from(
    [`${method} ${path} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`), '', body].join('\r\n'),
  );
};

describe('what is no request', () => {
  let answers: string[];
  beforeAll(async () => {
    const filled = BAD_REQUESTS.map(([, bytes]) => Buffer.from(bytes.replace('{key}', rig.key), 'latin1'));
    answers = await answersTo(filled, false);
  });

  it('comes in many forms, and nearly each gets an answer', () => {
    expect(BAD_REQUESTS.length).toBeGreaterThanOrEqual(75);
    expect(answers.filter((answer) => statusesIn(answer).length > 0).length).toBeGreaterThan(70);
  });

  it.each(BAD_REQUESTS.map(([name], index) => [name, index] as const))('%s is refused', (_name, index) => {
    expect(faultsOf(answers[index] ?? '')).toEqual([]);
  });

  it('is not waited for without end', async () => {
    const waiting = [
      'POST /api/v1/keys HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"name"',
      'POST /hooks/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n5\r\n{',
      'GET /api/v1/shop HTTP/1.1\r\nHost: x\r\n',
      'GE',
    ];
    const answers = await Promise.all(waiting.map((bytes) => sendRaw(Buffer.from(bytes))));
    expect(answers.map(faultsOf)).toEqual(waiting.map(() => []));
  });

  it('leaves nothing behind', async () => {
    expect(await rowCounts(rig)).toEqual(before);
  });
});

describe('a request that is cut at any byte', () => {
  const webhook = orderPlaced({ id: 1, email: 'ada@mail.example', at: '2026-03-01T00:00:00Z' });
  const requests: readonly (readonly [name: string, whole: () => Buffer])[] = [
    ['a webhook', () => request('POST', hook, shopifyHeaders(webhook, SECRET), webhook.body)],
    [
      'a call of the API',
      () =>
        request(
          'POST',
          '/api/v1/keys',
          { authorization: `Bearer ${rig.key}`, 'content-type': 'application/json' },
          JSON.stringify({ name: 'Cut', role: 'viewer' }),
        ),
    ],
    [
      'a form',
      () =>
        request(
          'POST',
          '/u/none',
          { 'content-type': 'application/x-www-form-urlencoded' },
          'List-Unsubscribe=One-Click',
        ),
    ],
  ];

  it.each(requests)('%s is not taken', async (_name, whole) => {
    const bytes = whole();
    // the head at every byte; of a long body every so many, and the last ones
    const head = bytes.indexOf('\r\n\r\n') + 4;
    const step = Math.max(1, Math.floor((bytes.length - head) / 150));
    const cuts = Array.from({ length: bytes.length }, (_, cut) => cut).filter(
      (cut) => cut <= head || (cut - head) % step === 0 || cut > bytes.length - 20,
    );
    const answers = await answersTo(
      cuts.map((cut) => bytes.subarray(0, cut)),
      true,
    );
    const faults = answers.flatMap((answer, index) =>
      faultsOf(answer).map((fault) => `after ${cuts[index]} bytes: ${fault}`),
    );
    expect(faults).toEqual([]);
    expect(await rowCounts(rig)).toEqual(before);
  });

  it('is taken when it is whole, so that the above would notice', async () => {
    for (const [, whole] of requests.slice(0, 2)) {
      const [status = 0] = statusesIn(await sendRaw(whole()));
      expect([201, 202]).toContain(status);
    }
    expect(await rowCounts(rig)).not.toEqual(before);
  });
});
