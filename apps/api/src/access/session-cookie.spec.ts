import { loadConfig } from '#app/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SessionCookie } from './session-cookie.js';

const SECRET_KEY = 'k7Qx0pZr2VtW9sLmB4nEyHc6JfUaDg1iOoXe';
const HTTPS = 'https://afterglow.example';
const LOOPBACK = 'http://localhost:3000';

const cookieAt = (url: string): SessionCookie =>
  new SessionCookie(loadConfig({ ownSecretKey: () => SECRET_KEY }, { PUBLIC_URL: url }));
const requestWith = (headers: Record<string, string>): FastifyRequest => ({ headers }) as unknown as FastifyRequest;

function setBy(cookie: SessionCookie): string {
  const lines: string[] = [];
  const reply = { header: (_name: string, value: string) => lines.push(value) } as unknown as FastifyReply;
  cookie.set(reply, 'session', 'abc', 60);
  return lines.join('\n');
}

function passes(cookie: SessionCookie, headers: Record<string, string>): boolean {
  try {
    cookie.refuseForeign(requestWith(headers));
    return true;
  } catch {
    return false;
  }
}

describe('SessionCookie', () => {
  it('is for one host over https alone, out of reach of scripts', () => {
    const line = setBy(cookieAt(HTTPS));
    expect(line).toBe('__Host-afterglow-session=abc; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax');
    expect(cookieAt(HTTPS).read(requestWith({ cookie: 'a=b; __Host-afterglow-session=abc' }))).toBe('abc');
    expect(cookieAt(HTTPS).read(requestWith({ cookie: 'afterglow-session=abc' }))).toBeUndefined();
    expect(cookieAt(HTTPS).read(requestWith({}))).toBeUndefined();
  });

  it.each([LOOPBACK, 'http://127.0.0.1:3000', 'http://[::1]:3000'])(
    'works over http on this very machine: %s',
    (url) => {
      expect(setBy(cookieAt(url))).toBe('afterglow-session=abc; Max-Age=60; Path=/; HttpOnly; SameSite=Lax');
      expect(() => cookieAt(url).refuseInsecure()).not.toThrow();
    },
  );

  it.each([
    'http://afterglow.example',
    'http://localhost.evil.example',
    'http://10.0.0.1',
    'http://127.0.0.1.evil.example',
  ])('is refused over http anywhere else: %s', (url) => {
    expect(() => cookieAt(url).refuseInsecure()).toThrow('needs https');
    expect(setBy(cookieAt(url))).toContain('Secure');
  });

  it.each([
    [HTTPS, {}, true],
    [HTTPS, { origin: HTTPS }, true],
    [HTTPS, { origin: `${HTTPS}.evil.example` }, false],
    [HTTPS, { origin: 'http://afterglow.example' }, false],
    [HTTPS, { origin: `${HTTPS}:8443` }, false],
    [HTTPS, { origin: 'http://localhost:5173' }, false],
    [HTTPS, { origin: 'null' }, false],
    [HTTPS, { origin: 'null', 'sec-fetch-site': 'same-origin' }, true],
    [HTTPS, { origin: HTTPS, 'sec-fetch-site': 'cross-site' }, false],
    [HTTPS, { 'sec-fetch-site': 'same-site' }, false],
    [HTTPS, { 'sec-fetch-site': 'none' }, true],
    [LOOPBACK, { origin: 'http://localhost:5173' }, true],
    [LOOPBACK, { origin: 'http://127.0.0.1:3000' }, true],
    [LOOPBACK, { origin: 'https://evil.example' }, false],
    [LOOPBACK, { origin: 'http://localhost.evil.example' }, false],
    [LOOPBACK, { origin: 'null' }, false],
  ])('at %s, a call with %j is one of our own pages or a program: %s', (url, headers, isOwn) => {
    expect(passes(cookieAt(url), headers)).toBe(isOwn);
  });
});
