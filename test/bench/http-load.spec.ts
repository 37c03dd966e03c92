import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AnswerReader, runLoad } from './http-load.js';
import { median, quantile } from './statistics.js';

describe('reading answers', () => {
  const answer = 'HTTP/1.1 202 Accepted\r\nContent-Length: 4\r\n\r\nbody';

  it('waits for the last byte, however the answer is cut', () => {
    for (let cut = 1; cut < answer.length; cut += 1) {
      const reader = new AnswerReader();
      expect(reader.read(Buffer.from(answer.slice(0, cut)))).toBeUndefined();
      expect(reader.read(Buffer.from(answer.slice(cut)))).toEqual({ status: 202, retryAfterS: undefined });
    }
  });

  it('takes an answer without a body', () => {
    expect(new AnswerReader().read(Buffer.from('HTTP/1.1 204 No Content\r\n\r\n'))).toMatchObject({ status: 204 });
  });

  it('reads when to come again', () => {
    const busy = 'HTTP/1.1 503 Busy\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n';
    expect(new AnswerReader().read(Buffer.from(busy))).toEqual({ status: 503, retryAfterS: 2 });
  });
});

describe('a load', () => {
  it('sends every request once and counts the answers by status', async () => {
    const server = createServer((request, response) => {
      const status = request.url === '/1' ? 503 : 202;
      response.writeHead(status, { 'content-length': 2 }).end('ok');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    let sent = 0;
    const next = () => (sent < 10 ? Buffer.from(`GET /${sent++} HTTP/1.1\r\nHost: a\r\n\r\n`) : undefined);
    const result = await runLoad({ port: (server.address() as AddressInfo).port, connections: 3, next });
    server.close();
    expect(result).toMatchObject({ accepted: 9, untold: 1, statuses: { 202: 9, 503: 1 } });
    expect(result.latenciesMs).toHaveLength(10);
  });
});

describe('quantiles', () => {
  it('are values that occurred', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(quantile([4, 3, 2, 1], 0.99)).toBe(4);
    expect(quantile([], 0.5)).toBeNaN();
  });
});
