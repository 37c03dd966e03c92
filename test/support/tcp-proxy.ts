import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What a proxy does with what comes in. */
export type ProxyMode =
  | { readonly kind: 'pass' }
  /** Every byte arrives this much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Connections stay open and no byte moves, as on a network that is cut without either end being told. */
  | { readonly kind: 'black-hole' }
  /** New connections are reset at once; those there are go on. */
  | { readonly kind: 'refuse' };

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

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
    for (const { client, server } of this.pairs) {
      for (const socket of [client, server]) {
        if (mode.kind === 'black-hole') socket.pause();
        else socket.resume();
      }
    }
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
    const pair = { client, server };
    this.pairs.add(pair);
    this.join(client, server, pair);
    this.join(server, client, pair);
    if (this.mode.kind === 'black-hole') server.pause();
    else client.resume();
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
