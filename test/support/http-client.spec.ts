import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpClient } from './http-client.js';

describe('a client with kept connections', () => {
  let server: Server;
  let client: HttpClient;
  let connections = 0;

  beforeEach(async () => {
    connections = 0;
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () =>
        response.writeHead(202).end(`${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`),
      );
    });
    server.on('connection', () => (connections += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = new HttpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 2);
  });

  afterEach(() => {
    client.close();
    server.closeAllConnections();
    server.close();
  });

  it('opens no more of them than it may', async () => {
    const calls = Array.from({ length: 10 }, (_, index) =>
      client.send({ method: 'POST', path: `/${index}`, body: 'ü' }),
    );
    const replies = await Promise.all(calls);
    expect(replies.map(({ status, text }) => `${status} ${text}`)[9]).toBe('202 POST /9 ü');
    expect(connections).toBe(2);
  });

  it('asks again on a fresh one when the server had just closed the one it kept', async () => {
    await client.send({ method: 'GET', path: '/' });
    // closed by the server while the client has not noticed yet
    server.closeAllConnections();
    expect(await client.send({ method: 'GET', path: '/again' })).toMatchObject({ status: 202, text: 'GET /again ' });
    expect(connections).toBe(2);
  });

  it('gives up after the time it was given', async () => {
    server.removeAllListeners('request');
    await expect(client.send({ method: 'GET', path: '/', timeoutMs: 50 })).rejects.toThrow('no answer within 50 ms');
  });
});
