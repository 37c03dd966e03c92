import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What a proxy does with what comes in. */
export type ProxyMode =
  | { readonly kind: 'pass' }
  /** Every byte arrives this much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /**
   * Connections stay open and no byte moves, as on a network that is cut without either end being told. `of`: those alone on which
   * the client has said this, before or since.
   */
  | { readonly kind: 'black-hole'; readonly of?: string }
  /** New connections are reset at once; those there are go on. */
  | { readonly kind: 'refuse' };

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** What the client said first. */
  said: string;
}

/** Enough to tell who connects and what for. */
const REMEMBERED = 16_384;

/** A TCP proxy on a free loopback port whose network can be made bad at any moment. */
export class TcpProxy {
  /** Connections accepted since the start */
  connections = 0;
  private mode: ProxyMode = { kind: 'pass' };
  private readonly pairs = new Set<Pair>();

  private constructor(
    private readonly server: Server,
    private target: number,
  ) {
    server.on('connection', (client) => this.accept(client));
    // one that was forgotten holds up nobody's end
    server.unref();
  }

  /** `target`: a port on the loopback interface. */
  static async start(target: number): Promise<TcpProxy> {
    const server = createServer({ pauseOnConnect: true });
    const proxy = new TcpProxy(server, target);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Holds for connections that are open too; bytes that a black hole holds back arrive once it is gone. */
  set(mode: ProxyMode): void {
    this.mode = mode;
    for (const pair of this.pairs) this.hold(pair);
  }

  /** On how many of the open connections no byte moves. */
  get held(): number {
    return [...this.pairs].filter((pair) => this.isHeld(pair)).length;
  }

  /** Where new connections go from now on. */
  retarget(port: number): void {
    this.target = port;
  }

  /** Breaks every open connection: `reset` as a dead machine does it, `close` as an orderly one. */
  cut(how: 'reset' | 'close'): void {
    for (const { client, server } of this.pairs) {
      for (const socket of [client, server]) {
        if (how === 'reset') reset(socket);
        else socket.end();
      }
    }
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const { client, server } of this.pairs) {
      client.destroy();
      server.destroy();
    }
    await closed;
  }

  private accept(client: Socket): void {
    this.connections += 1;
    if (this.mode.kind === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    const server = connect(this.target, '127.0.0.1');
    for (const socket of [client, server]) socket.unref();
    const pair = { client, server, said: '' };
    this.pairs.add(pair);
    this.join(client, server, pair);
    this.join(server, client, pair);
    client.on('data', (chunk) => {
      if (pair.said.length >= REMEMBERED) return;
      pair.said += chunk.toString('latin1');
      if (this.isHeld(pair)) this.hold(pair);
    });
    this.hold(pair);
  }

  private isHeld({ said }: Pair): boolean {
    return this.mode.kind === 'black-hole' && said.includes(this.mode.of ?? '');
  }

  private hold(pair: Pair): void {
    for (const socket of [pair.client, pair.server]) {
      if (this.isHeld(pair)) socket.pause();
      else socket.resume();
    }
  }

  private join(from: Socket, to: Socket, pair: Pair): void {
    from.setNoDelay(true);
    from.on('data', (chunk) => {
      if (this.mode.kind !== 'delay') to.write(chunk);
      else setTimeout(() => to.destroyed || to.write(chunk), this.mode.ms);
    });
    from.on('end', () => to.end());
    from.on('error', () => reset(to));
    from.on('close', () => {
      this.pairs.delete(pair);
      to.destroySoon();
    });
  }
}

/** Node refuses to reset a connection that is being closed, never closes it then, and waits for it in an endless loop when it exits. */
function reset(socket: Socket): void {
  if (socket.writableEnded && !socket.writableFinished) socket.destroy();
  else socket.resetAndDestroy();
}
