import { TcpProxy } from '../support/tcp-proxy.js';

/** The nodes of a cluster tell their own addresses: nothing can stand between. */
export async function redisProxy(url: string | undefined): Promise<TcpProxy | undefined> {
  return url === undefined || url.includes(',') ? undefined : TcpProxy.start(portOf(url));
}

export function portOf(url: string): number {
  return Number(new URL(url).port);
}

export function throughPort(url: string, port: number): string {
  const changed = new URL(url);
  changed.hostname = '127.0.0.1';
  changed.port = String(port);
  return changed.href;
}
