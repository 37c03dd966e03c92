import 'reflect-metadata';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Body, Controller, Get, Module, Param, Post, Req } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { PermanentError, TransientError } from '#app/domain';
import type { FastifyRequest, InjectOptions } from 'fastify';
import { z } from 'zod';
import { createLogger } from '../logging/root-logger.js';
import { createHttpApp } from './http-app.js';

const CustomerSchema = z.strictObject({ name: z.string().min(1), tags: z.array(z.string()).default([]) });
const describeBody = (body: unknown) =>
  Buffer.isBuffer(body) ? { raw: body.toString('base64') } : { parsed: body ?? null };

@Controller()
class ProbeController {
  @Post('hooks/:source')
  hook(@Body() body: unknown) {
    return describeBody(body);
  }

  @Post('api/v1/customers')
  create(@Body({ schema: CustomerSchema }) body: z.infer<typeof CustomerSchema>) {
    return body;
  }

  @Post('api/v1/echo')
  echo(@Body() body: unknown) {
    return describeBody(body);
  }

  @Post('api/v1/journeys')
  journey(@Body() body: unknown) {
    return describeBody(body);
  }

  @Get('api/v1/patience')
  impatient(@Req() request: FastifyRequest) {
    return { ms: request.raw.socket.timeout };
  }

  @Get('api/v1/journeys/patience')
  patient(@Req() request: FastifyRequest) {
    return { ms: request.raw.socket.timeout };
  }

  @Get('api/v1/customers/:id')
  find(@Param('id', { schema: z.uuid() }) id: string) {
    return { id };
  }

  @Get('api/v1/broken')
  broken() {
    throw new TypeError('password=hunter2 in select');
  }

  @Get('api/v1/away')
  away() {
    throw new TransientError('unavailable', 'The database cannot be reached.', { retryAfterS: 3 });
  }

  @Get('api/v1/locked')
  locked() {
    throw new PermanentError('unauthenticated', 'No key.');
  }

  @Post('s/:token')
  answer(@Body() body: unknown) {
    return describeBody(body);
  }
}

@Module({ controllers: [ProbeController] })
class ProbeModule {}

let app: NestFastifyApplication;
let port: number;
beforeAll(async () => {
  app = await createHttpApp(ProbeModule, { logger: createLogger('silent') });
  await app.listen(0, '127.0.0.1');
  port = (app.getHttpServer().address() as AddressInfo).port;
});
afterAll(() => app.close());

const send = async (method: InjectOptions['method'], url: string, type?: string, payload?: string | Buffer) => {
  const headers = type === undefined ? {} : { 'content-type': type };
  return app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) } as InjectOptions);
};
const json = (url: string, payload: string | Buffer) => send('POST', url, 'application/json', payload);

/** Sends bytes over a socket of its own and returns all that comes back. */
const sendRaw = (bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });

function expectProblem(
  answer: Awaited<ReturnType<typeof send>>,
  status: number,
  code: string,
): Record<string, unknown> {
  const body = answer.json<Record<string, unknown>>();
  expect({ status: answer.statusCode, code: body['code'] }).toEqual({ status, code });
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(body).toMatchObject({
    type: `/problems/${code}`,
    status,
    title: expect.any(String),
    detail: expect.any(String),
  });
  expect(body['instance']).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
  return body;
}

describe('bodies', () => {
  it.each([
    'application/json',
    'application/cloudevents+json',
    'application/x-www-form-urlencoded',
    'text/plain; charset=latin1',
  ])('reach /hooks/ as the bytes that were sent: %s', async (type) => {
    const bytes = Buffer.from([0x7b, 0xff, 0x00, 0x20]);
    expect((await send('POST', '/hooks/1', type, bytes)).json()).toEqual({ raw: bytes.toString('base64') });
  });

  it('reach /hooks/ raw under an escaped address too', async () => {
    expect((await json('/%68ooks/1', '{}')).json()).toEqual({ raw: 'e30=' });
  });

  it('are parsed for the API, YAML stays text for journeys', async () => {
    expect((await json('/api/v1/echo', '{"a":[1,"é"]}')).json()).toEqual({ parsed: { a: [1, 'é'] } });
    expect((await json('/api/v1/echo', '')).json()).toEqual({ parsed: null });
    expect((await send('POST', '/api/v1/journeys', 'application/yaml', 'key: é')).json()).toEqual({ parsed: 'key: é' });
  });

  it('of public pages are forms', async () => {
    const multipart = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n';
    expect((await send('POST', '/s/t', 'application/x-www-form-urlencoded', 'a=1&b=%C3%A9&a=2')).json()).toEqual({
      parsed: { a: ['1', '2'], b: 'é' },
    });
    expect((await send('POST', '/s/t', 'multipart/form-data; boundary=x', multipart)).json()).toEqual({
      parsed: { 'List-Unsubscribe': 'One-Click' },
    });
    expectProblem(await send('POST', '/s/t', 'multipart/form-data; boundary=y', multipart), 400, 'malformed');
  });

  it.each([
    ['YAML elsewhere', '/api/v1/echo', 'application/yaml'],
    ['a form to the API', '/api/v1/echo', 'application/x-www-form-urlencoded'],
    ['JSON to a page', '/s/t', 'application/json'],
    ['another charset', '/api/v1/echo', 'application/json; charset=utf-16'],
    ['an unknown type', '/hooks/1', 'image/png'],
    ['no type', '/hooks/1', ''],
  ])('are refused with 415: %s', async (_title, url, type) => {
    expectProblem(await send('POST', url, type, 'x=1'), 415, 'unsupported_media_type');
  });

  it('are refused when compressed', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/hooks/1',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      payload: 'x',
    });
    expectProblem(answer, 415, 'unsupported_media_type');
  });

  it.each([
    ['/hooks/1', 256],
    ['/api/v1/echo', 64],
    ['/api/v1/journeys', 1024],
  ])('of %s may have %i kB', async (url, kilobytes) => {
    const full = JSON.stringify('x'.repeat(kilobytes * 1024 - 2));
    expect((await json(url, full)).statusCode).toBe(201);
    expectProblem(await json(url, `${full} `), 413, 'too_large');
  });

  it.each([
    ['broken JSON', '{"a":', 400],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400],
    ['a byte order mark', '\uFEFF{}', 400],
    ['a key twice', '{"a":1,"b":{"a":2},"\\u0061":3}', 400],
    ['__proto__', '{"__proto__":{}}', 400],
    ['an escaped __proto__', '{"\\u005f_proto__":{}}', 400],
    ['constructor', '{"a":{"constructor":{"prototype":1}}}', 400],
    ['a NUL', '["\\u0000"]', 400],
    ['half a surrogate pair', '["\\ud800"]', 400],
    ['33 levels', '['.repeat(33) + ']'.repeat(33), 422],
    ['1,001 keys', JSON.stringify(Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [i, 0]))), 422],
    ['10,001 values', JSON.stringify(Array.from({ length: 10_001 }, () => 0)), 422],
  ])('of the API are refused: %s', async (_title, body, status) => {
    expectProblem(await json('/api/v1/echo', body), status, status === 400 ? 'malformed' : 'validation');
  });

  it.each([
    '{"a":"\\\\","b":"\\"a\\":1","c":"{[,:"}',
    '["\\ud83d\\ude00", {"a":1}, {"a":2}]',
    '[[],{},"",-1.5e3]',
    `${'['.repeat(32)}${']'.repeat(32)}`,
  ])('of the API are accepted: %s', async (body) => {
    expect((await json('/api/v1/echo', body)).json()).toEqual({ parsed: JSON.parse(body) });
  });
});

describe('answers', () => {
  it('name every fault of a body by its pointer', async () => {
    const { errors } = expectProblem(
      await json('/api/v1/customers', '{"name":"","tags":[1],"a/b":1}'),
      422,
      'validation',
    );
    expect(errors).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ pointer: '/name' }),
        expect.objectContaining({ pointer: '/tags/0', code: 'invalid_type' }),
      ]),
    );
  });

  it('hand defaults of the schema on', async () => {
    expect((await json('/api/v1/customers', '{"name":"Ada"}')).json()).toEqual({ name: 'Ada', tags: [] });
  });

  it('are 404 for what is not there, 405 with Allow for the wrong method', async () => {
    expectProblem(await send('GET', '/nothing?x=1'), 404, 'not_found');
    const answer = await send('DELETE', '/api/v1/customers?x=1');
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers['allow']).toBe('POST');
    expect((await send('POST', '/api/v1/customers/1')).headers['allow']).toBe('GET, HEAD');
  });

  it('tell nothing of an unforeseen error', async () => {
    const answer = await send('GET', '/api/v1/broken');
    expectProblem(answer, 500, 'internal');
    expect(answer.body).not.toMatch(/hunter2|TypeError|\.ts/);
  });

  it('carry Retry-After and WWW-Authenticate', async () => {
    const away = await send('GET', '/api/v1/away');
    expectProblem(away, 503, 'unavailable');
    expect(away.headers['retry-after']).toBe('3');
    const locked = await send('GET', '/api/v1/locked');
    expectProblem(locked, 401, 'unauthenticated');
    expect(locked.headers['www-authenticate']).toMatch(/^Bearer/);
  });

  it.each([
    ['/api/v1/customers/%zz', 400, 'malformed'],
    ['/api/v1/customers/a%00b', 400, 'malformed'],
    ['/api/v1/customers/not-a-uuid', 422, 'validation'],
    [`/api/v1/customers/${'a'.repeat(201)}`, 414, 'too_large'],
  ])('to %s are %i', async (url, status, code) => {
    expectProblem(await send('GET', url), status, code);
  });

  it('dress pages for the browser, data only with nosniff', async () => {
    const page = await send('POST', '/s/t', 'application/x-www-form-urlencoded', 'a=1');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.headers['x-robots-tag']).toBe('noindex, nofollow');
    const data = await json('/hooks/1', '{}');
    expect(data.headers['x-content-type-options']).toBe('nosniff');
    expect(data.headers['content-security-policy']).toBeUndefined();
  });
});

describe('connections', () => {
  it('are given up after 15 s without a byte, but wait for the threads that compile and check journeys', async () => {
    const patienceOf = async (path: string) =>
      (await (await fetch(`http://127.0.0.1:${port}/api/v1${path}`)).json()) as { ms: number };
    expect([await patienceOf('/journeys/patience'), await patienceOf('/patience')]).toEqual([
      { ms: 120_000 },
      { ms: 15_000 },
    ]);
  });

  it('have 10 s for a request: the server looks every 2 s and gives the body no more time than the head', () => {
    const server = app.getHttpServer();
    expect(server).toMatchObject({
      requestTimeout: 10_000,
      headersTimeout: 10_000,
      timeout: 15_000,
      keepAliveTimeout: 5000,
    });
  });

  it.each([
    ['what is no HTTP', 'hello\r\n\r\n', 400],
    [
      'both lengths',
      'POST /hooks/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a length below zero', 'POST /hooks/1 HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ])('that send %s get a problem and are closed', async (_title, bytes, status) => {
    const answer = await sendRaw(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain('application/problem+json');
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ status });
  });
});
