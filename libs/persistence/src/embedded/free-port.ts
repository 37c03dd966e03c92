import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ranges systems hand out for outgoing connections, so that nobody takes the kept port by chance. */
const FIRST_PORT = 20_000;
const LAST_PORT = 29_999;

export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`No free port between ${FIRST_PORT} and ${LAST_PORT} on 127.0.0.1. Close some of their listeners.`);
}
