import type { Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { type BeforeApplicationShutdown, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { ReceiveMail } from '#app/application';
import { AfterglowError, PermanentError } from '#app/domain';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { takeApart } from './take-apart.js';

export interface MailListenerSettings {
  readonly port: number;
  readonly host: string;
  /** Shown in the greeting. */
  readonly name: string;
  /** PEM; without it STARTTLS isn't offered. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
}

const MAX_BYTES = 5_000_000;
const MAX_CLIENTS = 100;
const MAX_RECIPIENTS = 10;
const SOCKET_TIMEOUT_MS = 60_000;
const CLOSE_TIMEOUT_MS = 5_000;

/** How a refusal reads in SMTP. */
class Refusal extends Error {
  constructor(
    readonly responseCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** Mail in: only to addresses that we made, no relay, and 250 only for what is stored. */
export class MailListener implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Mail');
  private server: SMTPServer | null = null;
  private listening: Server | null = null;

  /** @param settings undefined: no mail comes in */
  constructor(
    private readonly settings: MailListenerSettings | undefined,
    private readonly receive: ReceiveMail,
  ) {}

  /** Undefined while it doesn't listen. */
  get port(): number | undefined {
    return (this.listening?.address() as AddressInfo | null | undefined)?.port;
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.settings) return;
    const { port, host, name, tls } = this.settings;
    const server = new SMTPServer({
      name,
      banner: 'Afterglow',
      size: MAX_BYTES,
      maxClients: MAX_CLIENTS,
      socketTimeout: SOCKET_TIMEOUT_MS,
      closeTimeout: CLOSE_TIMEOUT_MS,
      disableReverseLookup: true,
      authOptional: true,
      disabledCommands: ['AUTH', ...(tls ? [] : ['STARTTLS'])],
      logger: false,
      ...(tls && { key: tls.key, cert: tls.cert }),
      onRcptTo: ({ address }, session, done) => done(this.refuseRecipient(address, session)),
      onData: (stream, session, done) => void this.answer(stream, session, done),
    });
    // a client that hangs up, or a faulty command: its own affair
    server.on('error', (error) => this.logger.debug({ error: error.message }, 'A mail client went away'));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      this.listening = server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    this.server = server;
  }

  async beforeApplicationShutdown(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (server) await new Promise<void>((resolve) => server.close(resolve));
  }

  private refuseRecipient(address: string, { envelope }: SMTPServerSession): Error | null {
    if (!this.receive.isKnown(address)) return new Refusal(550, '5.1.1 There is no such address here');
    return envelope.rcptTo.length >= MAX_RECIPIENTS ? new Refusal(452, '4.5.3 Too many recipients') : null;
  }

  private async answer(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    done: (refusal: Error | null, told?: string) => void,
  ): Promise<void> {
    try {
      await this.take(stream, session);
    } catch (error) {
      return done(refusalOf(error));
    }
    done(null, 'stored');
  }

  private async take(stream: SMTPServerDataStream, { envelope, remoteAddress }: SMTPServerSession): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) if (!stream.sizeExceeded) chunks.push(chunk);
    if (stream.sizeExceeded) throw new Refusal(552, `5.3.4 A mail may have ${MAX_BYTES} bytes`);
    const from = envelope.mailFrom ? envelope.mailFrom.address : '';
    const mail = await takeApart(Buffer.concat(chunks), from);
    for (const { address } of envelope.rcptTo) await this.receive.run(address, mail, remoteAddress);
  }
}

function refusalOf(error: unknown): Error {
  if (error instanceof Refusal) return error;
  if (error instanceof PermanentError && error.code === 'malformed') return new Refusal(554, `5.6.0 ${error.message}`);
  if (error instanceof PermanentError) return new Refusal(550, '5.1.1 There is no such message here');
  const isOurs = error instanceof AfterglowError;
  return new Refusal(
    451,
    isOurs && error.code === 'rate_limited' ? '4.7.0 Too much mail, come back later' : '4.3.0 Try again later',
  );
}
