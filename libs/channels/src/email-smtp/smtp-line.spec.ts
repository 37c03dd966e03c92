import { afterEach, describe, expect, it } from '@jest/globals';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { OutboundMessage } from '#app/application';
import { EmailSmtpChannel } from './email-smtp.channel.js';

type Reaction = 'drop' | 'end' | 'hang' | `${number} ${string}`;

const MESSAGE: OutboundMessage = {
  id: 'm',
  key: 'ab'.repeat(32),
  medium: 'email',
  to: 'ada@mail.example',
  fromName: 'Birch',
  subject: 'Hello',
  text: 'Hello',
  html: null,
  unsubscribeUrl: null,
};
const GREETING: Readonly<Record<string, string>> = {
  EHLO: '250-birch\r\n250 AUTH PLAIN',
  AUTH: '235 welcome',
};

function react(socket: Socket, command: string, reaction: Reaction | undefined): void {
  if (reaction === 'drop') socket.destroy();
  else if (reaction === 'end') socket.end();
  else if (reaction !== 'hang') socket.write(`${reaction ?? GREETING[command] ?? '250 ok'}\r\n`);
}

/** A server that reacts to some commands in its own way. */
async function serve(reactions: Readonly<Record<string, Reaction>>): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('220 birch\r\n');
    socket.on('data', (bytes) => {
      const command = bytes.toString('latin1').slice(0, 4).toUpperCase();
      react(socket, command, reactions[command]);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('a server that goes silent outside of a message', () => {
  let server: Server;
  afterEach(() => {
    server.close();
  });

  async function sendTwice(reactions: Readonly<Record<string, Reaction>>): Promise<string[]> {
    server = await serve(reactions);
    const { port } = server.address() as AddressInfo;
    const channel = new EmailSmtpChannel(
      { url: `smtp://u:p@127.0.0.1:${port}`, from: 'hello@birch.example' },
      { socketTimeoutMs: 300 },
    );
    const results = [await channel.send(MESSAGE), await channel.send(MESSAGE)];
    await channel.close();
    return results.map(({ outcome }) => outcome);
  }

  it.each(['drop', 'end', 'hang'] as const)('ends the attempt when it does so at the login (%s)', async (reaction) => {
    expect(await sendTwice({ AUTH: reaction })).toEqual(['transient', 'transient']);
  });

  it.each(['drop', 'end', 'hang'] as const)(
    'loses the line alone when it does so at the reset (%s)',
    async (reaction) => {
      expect(await sendTwice({ RCPT: '550 5.1.1 nobody', RSET: reaction })).toEqual(['permanent', 'permanent']);
    },
  );
});
