import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { HttpsCallSender, type Resolver } from './https-call-sender.js';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OLD = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;

interface Heard {
  readonly request: IncomingMessage;
  readonly body: string;
}

let server: Server;
let heard: Heard[];
let connections: number;
let answer: RequestListener;

beforeEach(async () => {
  heard = [];
  connections = 0;
  answer = (_request, response) => response.end('thanks');
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      heard.push({ request, body });
      answer(request, response);
    });
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const port = () => (server.address() as AddressInfo).port;
const call = (url = `http://127.0.0.1:${port()}/hook?x=1`) => ({
  id: 'c-1',
  url,
  body: '{"order":"#1001 ☕"}',
  secrets: [SECRET, OLD],
  at: Date.now(),
});
/** Whoever answers is heard, however busy the machine is. */
const local = new HttpsCallSender({ allowLoopback: true });
/** For those who never answer. */
const hasty = new HttpsCallSender({ allowLoopback: true, timeoutMs: 300 });

describe('HttpsCallSender', () => {
  it('posts the body with a Standard Webhooks signature by each secret', async () => {
    expect(await local.send(call())).toEqual({ outcome: 'answered', status: 200, text: 'thanks', retryAfterS: null });
    const [{ request, body }] = heard as [Heard];
    expect([request.method, request.url, request.headers['content-type']]).toEqual([
      'POST',
      '/hook?x=1',
      'application/json',
    ]);
    const headers = request.headers as Record<string, string>;
    for (const secret of [SECRET, OLD])
      expect(new Webhook(secret).verify(body, headers)).toEqual({ order: '#1001 ☕' });
    const stranger = new Webhook(`whsec_${Buffer.alloc(32, 9).toString('base64')}`);
    expect(() => stranger.verify(body, headers)).toThrow();
  });

  it('tells a redirect and does not follow it', async () => {
    answer = (_request, response) => response.writeHead(302, { location: `http://127.0.0.1:${port()}/else` }).end();
    expect(await local.send(call())).toMatchObject({ outcome: 'answered', status: 302 });
    expect(heard).toHaveLength(1);
  });

  it('tells when the receiver wants to be asked again', async () => {
    answer = (_request, response) => response.writeHead(429, { 'retry-after': '120' }).end();
    expect(await local.send(call())).toMatchObject({ status: 429, retryAfterS: 120 });
  });

  it('ends a call that gets no answer in time', async () => {
    answer = () => undefined;
    expect(await hasty.send(call())).toMatchObject({ outcome: 'unanswered', code: 'timeout' });
  });

  it('ends a call whose answer never ends', async () => {
    answer = (_request, response) => void response.writeHead(200).write('x');
    expect(await hasty.send(call())).toMatchObject({ outcome: 'unanswered', code: 'timeout' });
  });

  it('reads no more of a long answer than it needs', async () => {
    answer = (_request, response) => response.end('y'.repeat(5_000_000));
    const told = await local.send(call());
    expect(told).toMatchObject({ outcome: 'answered', status: 200, text: 'y'.repeat(1_000) });
  });

  it('tells of a line that breaks', async () => {
    answer = (request) => request.socket.destroy();
    expect(await local.send(call())).toMatchObject({ outcome: 'unanswered', code: 'ECONNRESET' });
  });

  it.each([
    ['a name that leads to this machine', [{ address: '127.0.0.1', family: 4 }]],
    [
      'a name with one public address and one of this machine',
      [
        { address: '93.184.216.34', family: 4 },
        { address: '::1', family: 6 },
      ],
    ],
    ['a name that leads to a cloud’s metadata', [{ address: '169.254.169.254', family: 4 }]],
  ])('does not connect to %s', async (_title, addresses) => {
    const resolve: Resolver = (_hostname, give) => give(null, addresses);
    const sender = new HttpsCallSender({ allowLoopback: false, resolve });
    const told = await sender.send(call(`https://hooks.example.com:${8443}/`));
    expect(told).toMatchObject({ outcome: 'refused', detail: expect.stringContaining('not a public address') });
    expect(connections).toBe(0);
  });

  it('does not connect to this machine by any of its names', async () => {
    const sender = new HttpsCallSender({ allowLoopback: false });
    for (const host of ['localhost', '127.0.0.1', '[::1]', '2130706433'])
      expect(await sender.send(call(`https://${host}:8443/`))).toMatchObject({ outcome: 'refused' });
    expect(connections).toBe(0);
  });

  it('tells of a name that does not exist', async () => {
    const resolve: Resolver = (_hostname, give) =>
      give(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
    const sender = new HttpsCallSender({ allowLoopback: false, resolve });
    expect(await sender.send(call('https://nowhere.example.com/'))).toMatchObject({
      outcome: 'unanswered',
      code: 'ENOTFOUND',
    });
  });
});
