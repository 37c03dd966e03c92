import { lookup } from 'node:dns/promises';
import type { Duplex, Readable } from 'node:stream';
import type { NodemailerError } from 'nodemailer';
import { type AddressPolicy, isCallable } from '../public-address.js';
import SMTPConnection, {
  type SMTPConnectionAuth,
  type SMTPConnectionOptions,
  type SMTPConnectionSendInfo,
} from 'nodemailer/lib/smtp-connection';
import { onTheWire } from './on-the-wire.js';

export interface LineSettings {
  readonly connection: SMTPConnectionOptions;
  readonly login: SMTPConnectionAuth | null;
  /** Where it may lead; null: anywhere. */
  readonly policy: AddressPolicy | null;
}

/** How a message went: `info` when the server took it. `phase354`: the server had said 354, so bytes of the body were written. */
export interface LineResult {
  readonly phase354: boolean;
  readonly info: SMTPConnectionSendInfo | null;
  readonly error: NodemailerError | null;
}

/**
 * Nodemailer pipes the body only once the server has answered DATA, so the first pipe is the moment from which all is unknown. It is
 * handed over as it goes over the wire: the library would look at each byte of it, and send its end as a packet of its own.
 */
class MessageBody {
  isTaken = false;

  constructor(private readonly bytes: Buffer) {}

  pipe(stream: Duplex): void {
    this.isTaken = true;
    stream.push(onTheWire(this.bytes));
    stream.push(null);
  }
}

/** One connection to the server, for one message at a time. It opens when it is needed and opens again when the server left. */
export class SmtpLine {
  private connection: SMTPConnection | null = null;

  constructor(private readonly settings: LineSettings) {}

  async send(from: string, to: string, message: Buffer): Promise<LineResult> {
    const wasOpen = this.connection !== null;
    const result = await this.attempt(from, to, message);
    // a server hangs up on idle connections; nothing was said on this one yet, so a fresh one costs no certainty
    const isStale = wasOpen && result.error !== null && !result.phase354 && result.error.responseCode === undefined;
    return isStale ? this.attempt(from, to, message) : result;
  }

  close(): void {
    this.connection?.quit();
    this.connection = null;
  }

  private async attempt(from: string, to: string, message: Buffer): Promise<LineResult> {
    try {
      const connection = this.connection ?? (await this.open());
      return await this.transmit(connection, from, to, message);
    } catch (error) {
      this.drop();
      return { phase354: false, info: null, error: error as NodemailerError };
    }
  }

  private async open(): Promise<SMTPConnection> {
    const connection = new SMTPConnection(await checked(this.settings));
    await new Promise<void>((resolve, reject) => {
      // stays for the connection's life: an error without a listener would end the process
      connection.on('error', (error: Error) => {
        this.forget(connection);
        reject(error);
      });
      connection.once('end', () => {
        this.forget(connection);
        reject(
          Object.assign(new Error('The server closed the connection before it greeted.'), { code: 'ECONNECTION' }),
        );
      });
      connection.connect((error) => (error ? reject(error) : resolve()));
    });
    this.connection = connection;
    await this.login(connection);
    return connection;
  }

  private async login(connection: SMTPConnection): Promise<void> {
    const { login } = this.settings;
    if (!login) return;
    await whileOpen(connection, (done) => connection.login(login, done));
  }

  private async transmit(connection: SMTPConnection, from: string, to: string, message: Buffer): Promise<LineResult> {
    const body = new MessageBody(message);
    const result = await new Promise<LineResult>((resolve) => {
      connection.send({ from, to: [to], size: message.length }, body as unknown as Readable, (error, info) => {
        resolve({ phase354: body.isTaken, info: error ? null : (info ?? null), error });
      });
    });
    if (result.error) await this.recover(connection, result.error);
    return result;
  }

  /** A refused message leaves the connection usable after RSET; anything else ends it. */
  private async recover(connection: SMTPConnection, error: NodemailerError): Promise<void> {
    const isRefusal =
      (error.code === 'EENVELOPE' || error.code === 'EMESSAGE') &&
      error.responseCode !== undefined &&
      error.responseCode !== 421;
    if (!isRefusal || this.connection !== connection) return this.drop();
    try {
      await whileOpen(connection, (done) => connection.reset(done));
    } catch {
      this.drop();
    }
  }

  private drop(): void {
    this.connection?.close();
    this.connection = null;
  }

  private forget(connection: SMTPConnection): void {
    if (this.connection === connection) this.connection = null;
  }
}

/** Nodemailer answers a login or a reset only when the server does; a connection that ends meanwhile must end the waiting too. */
function whileOpen(connection: SMTPConnection, start: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const lost = (error?: Error): void => {
      reject(error ?? Object.assign(new Error('The server closed the connection.'), { code: 'ECONNECTION' }));
    };
    connection.once('error', lost);
    connection.once('end', lost);
    start((error) => {
      connection.off('error', lost);
      connection.off('end', lost);
      if (error) reject(error);
      else resolve();
    });
  });
}

/** Ports at which mail is handed in; others are no mail servers. */
const MAIL_PORTS = new Set([25, 465, 587, 2525]);

/** The address that was checked is the one that is connected to, so a name that changes meanwhile opens no door. */
async function checked({ connection, policy }: LineSettings): Promise<SMTPConnectionOptions> {
  if (policy === null) return connection;
  const { host = '', port = 0 } = connection;
  const addresses = await lookup(host, { all: true });
  const hidden = addresses.find(({ address }) => !isCallable(address, policy));
  if (hidden) throw refused(`${host} leads to ${hidden.address}, which is not a public address.`);
  if (!policy.allowLoopback && !MAIL_PORTS.has(Number(port))) throw refused(`Port ${port} is none of a mail server.`);
  return { ...connection, host: addresses[0]?.address ?? host, servername: host };
}

function refused(message: string): Error {
  return Object.assign(new Error(message), { code: 'ENOTPUBLIC', command: 'CONN' });
}
