import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { TcpProxy } from './tcp-proxy.js';

describe('TcpProxy', () => {
  let echo: Server;
  let proxy: TcpProxy;
  let client: Socket;

  beforeEach(async () => {
    echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    proxy = await TcpProxy.start((echo.address() as AddressInfo).port);
    client = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
    await once(client, 'connect');
  });

  afterEach(async () => {
    client.destroy();
    await proxy.stop();
    echo.close();
  });

  const answer = async (text: string): Promise<string> => {
    client.write(text);
    return String((await once(client, 'data'))[0]);
  };

  it('hands bytes on, later where it is told so', async () => {
    expect(await answer('a')).toBe('a');
    proxy.set({ kind: 'delay', ms: 60 });
    const startedAt = performance.now();
    expect(await answer('b')).toBe('b');
    expect(performance.now() - startedAt).toBeGreaterThan(100);
  });

  it('keeps what goes into a black hole until it is gone', async () => {
    await answer('a');
    proxy.set({ kind: 'black-hole' });
    const arrived = answer('b');
    expect(await Promise.race([arrived, sleep(100, 'nothing')])).toBe('nothing');
    proxy.set({ kind: 'pass' });
    expect(await arrived).toBe('b');
  });

  it('lets one kind of connection alone fall into a black hole, by what its client says', async () => {
    proxy.set({ kind: 'black-hole', of: 'queue' });
    expect(await answer('a')).toBe('a');
    expect(proxy.held).toBe(0);
    const held = answer('of the queue');
    expect(await Promise.race([held, sleep(100, 'nothing')])).toBe('nothing');
    expect(proxy.held).toBe(1);
    proxy.set({ kind: 'pass' });
    expect(await held).toBe('of the queue');
  });

  it('resets connections, and refuses new ones', async () => {
    await answer('a');
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    proxy.cut('reset');
    await closed;
    proxy.set({ kind: 'refuse' });
    const refused = connect(proxy.port, '127.0.0.1');
    const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
  });

  it('sends new connections to another port once it is told so', async () => {
    const other = createServer((socket) => socket.end('other'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    proxy.retarget((other.address() as AddressInfo).port);
    const second = connect(proxy.port, '127.0.0.1');
    expect(String((await once(second, 'data'))[0])).toBe('other');
    other.close();
  });
});
