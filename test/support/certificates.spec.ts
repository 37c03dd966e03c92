import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { ConfiguredChannels, HttpsCallSender } from '#app/channels';
import { SELF_SIGNED } from './self-signed.js';

const PASSWORD = 'a-password-of-theirs';

let server: Server;
let heard: string;
beforeAll(async () => {
  server = createServer(SELF_SIGNED, (socket) => {
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    socket.on('error', () => undefined);
    socket.write('220 a server that nobody vouches for\r\n');
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => (heard = ''));

const port = (): number => (server.address() as AddressInfo).port;

describe('a server whose certificate nobody vouches for', () => {
  it('gets no mail and no password', async () => {
    const channels = new ConfiguredChannels({
      smtpUrl: `smtps://shop:${PASSWORD}@localhost:${port()}`,
      mailFrom: 'shop@birch.example',
    });
    const told = await channels.forMedium('email').send({
      id: 'm1',
      key: '1'.padStart(64, '0'),
      medium: 'email',
      to: 'ada@mail.example',
      fromName: 'Birch',
      subject: 'Hello',
      text: 'Hello',
      html: null,
      unsubscribeUrl: null,
    });
    await channels.close();
    expect(told.outcome).not.toBe('sent');
    expect(told.detail).toMatch(/self.signed/i);
    expect(heard).toBe('');
  });

  it('gets no call', async () => {
    const sender = new HttpsCallSender({ allowLoopback: true });
    const call = {
      id: 'c',
      url: `https://127.0.0.1:${port()}/`,
      body: '{}',
      secrets: [`whsec_${'A'.repeat(32)}`],
      at: 0,
    };
    expect(await sender.send(call)).toMatchObject({ outcome: 'unanswered', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(heard).toBe('');
  });
});
