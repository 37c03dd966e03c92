import { jest } from '@jest/globals';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as listenPlainly, type Server as PlainServer, type Socket } from 'node:net';
import type { CallAnswer } from '#app/application';
import { HttpsCallSender } from '#app/channels';
import { noteProof } from '../support/proof.js';
import { SELF_SIGNED } from '../support/self-signed.js';

jest.setTimeout(60_000);

const HERE = '127.0.0.2';
/** Nobody may be led to these. */
const BLOCKED = [...[3, 4, 5, 6, 7, 8, 9].map((last) => `127.0.0.${last}`), '::1'];
/** For those who never come to an end. */
const HASTY_MS = 1_000;
/** For those who answer, on a busy machine too; far more than a try may take. */
const LONG_MS = 15_000;
const CHUNK = Buffer.alloc(64 * 1024, 'x');
const GIGABYTE = 1024 ** 3;
/** What the kernel's buffers take before a receiver notices that nobody reads. */
const MAX_BYTES = 16 * 1024 ** 2;

const call = (url: string) => ({
  id: 'c-1',
  url,
  body: '{}',
  secrets: [`whsec_${Buffer.alloc(32, 7).toString('base64')}`],
  at: Date.now(),
});

/** One that does what a test says, in plain and behind a certificate of its own; and traps on the addresses that nobody may be led to. */
class Receiver {
  trapped = 0;
  heard = 0;
  slowestMs = 0;
  private answer: RequestListener = () => undefined;
  private readonly listener: RequestListener = (request, response) => {
    this.heard += 1;
    request.resume();
    this.answer(request, response);
  };
  private readonly server = createServer(this.listener);
  private readonly secure = createSecureServer(SELF_SIGNED, this.listener);
  private readonly traps = BLOCKED.map(() =>
    listenPlainly((socket) => {
      this.trapped += 1;
      socket.destroy();
    }),
  );

  async start(): Promise<void> {
    await Promise.all([this.server, this.secure].map((one) => listening(one, 0, HERE)));
    // all on the port of the receiver that may be called
    await Promise.all(this.traps.map((trap, index) => listening(trap, portOf(this.server), BLOCKED[index] ?? '')));
  }

  get ways(): string[] {
    return BLOCKED.map((host) => `http://${host.includes(':') ? `[${host}]` : host}:${portOf(this.server)}/`);
  }

  /** One call that is answered so. */
  async tell(answer: RequestListener, to = 'plain', timeoutMs = LONG_MS): Promise<CallAnswer> {
    this.answer = answer;
    const own = { plain: `http://${HERE}:${portOf(this.server)}/`, secure: `https://${HERE}:${portOf(this.secure)}/` };
    const startedAt = performance.now();
    const sender = new HttpsCallSender({ allowLoopback: true, timeoutMs });
    const told = await sender.send(call(to === 'plain' || to === 'secure' ? own[to] : to));
    this.slowestMs = Math.max(this.slowestMs, performance.now() - startedAt);
    return told;
  }

  stop(): void {
    for (const one of [this.server, this.secure]) one.closeAllConnections();
    for (const one of [this.server, this.secure, ...this.traps]) one.close();
  }
}

describe('receivers that mean harm', () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = new Receiver();
    await receiver.start();
  });
  afterAll(() => receiver.stop());

  it('F45: lead nowhere, hold nobody up, and fill no memory', async () => {
    for (const status of [301, 302, 303, 307, 308])
      for (const location of receiver.ways)
        expect(
          await receiver.tell((_request, response) => response.writeHead(status, { location }).end()),
        ).toMatchObject({
          status,
        });
    // an answer that comes byte by byte, in its body or in its head
    const inBody: RequestListener = ({ socket }, response) => drip(socket, () => response.write('x'));
    expect(await receiver.tell(inBody, 'plain', HASTY_MS)).toMatchObject({ code: 'timeout' });
    const inHead: RequestListener = ({ socket }) => drip(socket, () => socket.write('H'));
    expect(await receiver.tell(inHead, 'plain', HASTY_MS)).toMatchObject({ outcome: 'unanswered' });
    let written = 0;
    const gigabyte: RequestListener = (_request, response) => pour(response, () => (written += CHUNK.length));
    expect(await receiver.tell(gigabyte)).toMatchObject({ status: 200 });
    expect(written).toBeLessThan(MAX_BYTES);
    const heads: RequestListener = ({ socket }) => socket.write(`HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(50_000)}`);
    expect(await receiver.tell(heads)).toMatchObject({ outcome: 'unanswered' });
    expect(await receiver.tell((_request, response) => response.writeHead(410).end())).toMatchObject({ status: 410 });
    const { heard } = receiver;
    expect(await receiver.tell(() => undefined, 'secure')).toMatchObject({ outcome: 'unanswered' });
    expect(receiver.heard).toBe(heard);
    noteProof({ fault: 'F45', cases: heard + 1, lost: 0, doubled: receiver.trapped });
    expect(receiver.trapped).toBe(0);
    expect(receiver.slowestMs).toBeLessThan(LONG_MS);
  });

  it('would be noticed if they led somewhere: each trap hears a knock', async () => {
    for (const url of receiver.ways)
      expect(await receiver.tell(() => undefined, url)).toMatchObject({ outcome: 'unanswered' });
    expect(receiver.trapped).toBe(BLOCKED.length);
  });
});

function listening(server: PlainServer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve());
  });
}

function portOf(server: PlainServer): number {
  return (server.address() as AddressInfo).port;
}

/** Again and again, until the other side has gone. */
function drip(socket: Socket, write: () => void): void {
  const timer = setInterval(write, 50);
  socket.once('close', () => clearInterval(timer));
}

/** A gigabyte, as fast as it is taken. */
function pour(response: Parameters<RequestListener>[1], onChunk: () => number): void {
  response.writeHead(200, { 'content-length': GIGABYTE });
  const next = (): void => {
    if (response.destroyed || response.closed) return;
    onChunk();
    if (response.write(CHUNK)) setImmediate(next);
    else response.once('drain', next);
  };
  next();
}
