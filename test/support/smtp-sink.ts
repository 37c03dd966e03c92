import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Ledger } from './ledger.js';
import { SmtpSession, type SinkAnswer, type SinkHooks, type SinkMail } from './smtp-session.js';

export type { SinkAnswer, SinkHooks, SinkMail };

export interface SmtpSinkOptions extends SinkHooks {
  /** Advertise PIPELINING (RFC 2920); pipelined input is understood either way. Default: true */
  pipelining?: boolean;
}

/** A real SMTP server on a free loopback port that keeps what it is given. Set `hooks` at any time to change its answers. */
export class SmtpSink {
  readonly hooks: SinkHooks;
  readonly ledger = new Ledger<SinkMail>();
  /** Connections accepted since the start */
  connections = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    options: SmtpSinkOptions,
  ) {
    const { pipelining = true, ...hooks } = options;
    this.hooks = hooks;
    // one that was forgotten holds up nobody's end
    server.unref();
    server.on('connection', (socket) => {
      this.connections += 1;
      this.sockets.add(socket);
      socket.unref();
      socket.on('close', () => this.sockets.delete(socket));
      new SmtpSession(socket, this.hooks, (mail) => this.ledger.add(mail), pipelining).start();
    });
  }

  static async start(options: SmtpSinkOptions = {}): Promise<SmtpSink> {
    const server = createServer();
    const sink = new SmtpSink(server, options);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return sink;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  get mails(): readonly SinkMail[] {
    return this.ledger.entries;
  }

  /** Resolves once `count` mails have reached their final dot, whatever was answered. */
  waitFor(count: number, timeoutMs?: number): Promise<readonly SinkMail[]> {
    return this.ledger.waitFor(count, timeoutMs);
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
