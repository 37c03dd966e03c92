import { randomBytes } from 'node:crypto';
import { SecretPort } from '#app/application';
import { SecretKeyring } from '#app/platform';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ApiRig } from './api-rig.js';
import { rowCounts } from './bad-input-rig.js';
import { linksOf } from './message-links.js';

jest.setTimeout(300_000);
const GUESSES = 100_000;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const ANSWER = 'score=5&comment=x&submission=0190a000-0000-4000-8000-000000000000';
const NOBODY = '00000000-0000-4000-8000-000000000000';

let rig: ApiRig;
/** Addresses of pages that are there, by the kind of page. */
const good: Record<string, string> = {};
let before: Record<string, string>;
beforeAll(async () => {
  rig = await ApiRig.start('bad_links', { LIMIT_PAGES_PER_MINUTE: '10000000' });
  const { survey, unsubscribe, preferences } = await linksOf(rig);
  const { body } = await rig.get<{ url: string }>('/api/v1/unboxing/link?product=BOWL-1');
  Object.assign(good, { survey, unsubscribe, preferences, unboxing: new URL(body.url).pathname });
  before = await rowCounts(rig);
}, 120_000);
afterAll(() => rig?.stop());

const KINDS = ['survey', 'unsubscribe', 'preferences', 'unboxing'] as const;
const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'] as const;
const send = (method: (typeof METHODS)[number], url: string) =>
  rig.app.inject({ method, url, ...(method === 'POST' ? { headers: FORM, payload: ANSWER } : {}) });
const tokenOf = (kind: string): string => good[kind]?.slice(3) ?? '';
const withToken = (kind: string, token: string): string => `${good[kind]?.slice(0, 3)}${token}`;

/** What becomes of a link on its way: cut, wrapped, decoded twice, typed, guessed. */
const CHANGES: readonly (readonly [name: string, change: (token: string) => string])[] = [
  ['nothing of it', () => ''],
  ['its first character', (token) => token.slice(0, 1)],
  ['half of it', (token) => token.slice(0, token.length / 2)],
  ['all but the last character', (token) => token.slice(0, -1)],
  ['all but the first character', (token) => token.slice(1)],
  ['one character more', (token) => `${token}A`],
  ['one character before', (token) => `A${token}`],
  ['a dot behind', (token) => `${token}.`],
  ['a bracket behind', (token) => `${token})`],
  ['a bracket around', (token) => `%3C${token}%3E`],
  ['a comma behind', (token) => `${token},`],
  ['a quote behind', (token) => `${token}%22`],
  ['padding behind', (token) => `${token}=`],
  ['escaped padding behind', (token) => `${token}%3D%3D`],
  ['a blank behind', (token) => `${token}%20`],
  ['a line behind', (token) => `${token}%0D%0A`],
  ['a tab in it', (token) => `${token.slice(0, 9)}%09${token.slice(9)}`],
  ['a soft hyphen in it', (token) => `${token.slice(0, 9)}%C2%AD${token.slice(9)}`],
  ['NUL behind', (token) => `${token}%00`],
  ['NUL and more behind', (token) => `${token}%00.html`],
  ['in lower case', (token) => token.toLowerCase()],
  ['in upper case', (token) => token.toUpperCase()],
  ['reversed', (token) => Array.from(token).toReversed().join('')],
  ['twice', (token) => token + token],
  ['twice with a slash', (token) => `${token}%2F${token}`],
  ['escaped twice', (token) => Array.from(token, (sign) => `%25${sign.codePointAt(0)?.toString(16)}`).join('')],
  ['in base64', (token) => Buffer.from(token).toString('base64url')],
  ['of zeros', (token) => 'A'.repeat(token.length)],
  ['of chance', (token) => randomBytes(40).toString('base64url').slice(0, token.length)],
  ['its hash', (token) => Buffer.from(token).toString('hex')],
  ['an id', () => NOBODY],
  ['a name', () => 'constructor'],
  ['a name that objects have', () => '__proto__'],
  ['another folder', (token) => `..%2F${token}`],
  ['another file', (token) => `${token}%2F..%2F..%2Fetc%2Fpasswd`],
  ['a file ending', (token) => `${token}.json`],
  ['a parameter of a path', (token) => `${token};a=1`],
  ['a template', () => '%7B%7B7*7%7D%7D'],
  ['a condition', (token) => `${token}'%20or%20'1'='1`],
  ['ten thousand characters', () => 'A'.repeat(10_000)],
  ['other letters', (token) => `${encodeURIComponent('А')}${token.slice(1)}`],
  ['letters of full width', (token) => encodeURIComponent(String.fromCodePoint(0xff21)) + token.slice(1)],
];

describe.each(KINDS)('the link of a page: %s', (kind) => {
  it.each(CHANGES)('%s: leads nowhere by any method', async (_name, change) => {
    const url = withToken(kind, change(tokenOf(kind)));
    for (const method of METHODS) {
      const answer = await send(method, url);
      expect([method, answer.statusCode >= 400 && answer.statusCode < 500, answer.headers['location']]).toEqual([
        method,
        true,
        undefined,
      ]);
    }
  });

  it('with any character changed leads nowhere, and no answer says how near it was', async () => {
    const token = tokenOf(kind);
    const told = new Set<string>();
    for (let place = 0; place < token.length; place += 1) {
      const other = token[place] === 'A' ? 'B' : 'A';
      if (token[place] === '.') continue;
      const answer = await send('POST', withToken(kind, token.slice(0, place) + other + token.slice(place + 1)));
      told.add(`${answer.statusCode} ${answer.body}`);
    }
    expect([...told].map((text) => text.slice(0, 3))).toEqual(['404']);
  });

  it('opens no other page', async () => {
    for (const other of KINDS.filter((name) => name !== kind))
      for (const method of ['GET', 'POST'] as const)
        expect((await send(method, withToken(other, tokenOf(kind)))).statusCode).toBe(404);
  });

  it('opened by whoever looks, however often, changes nothing', async () => {
    const url = good[kind] ?? '';
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'] as const)
      for (const query of ['', '?score=5', '?score=1&submit=1', '?List-Unsubscribe=One-Click', '?_method=POST'])
        await send(method, url + query);
    expect(await rowCounts(rig)).toEqual(before);
  });

  const ELSEWHERE = ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)'];
  it.each(['next', 'url', 'redirect', 'redirect_uri', 'return', 'returnTo', 'continue', 'goto', 'target', 'u'])(
    'sends nobody elsewhere by ?%s=',
    async (name) => {
      for (const place of ELSEWHERE) {
        const answer = await send('GET', `${good[kind]}?${name}=${encodeURIComponent(place)}`);
        expect([answer.statusCode, answer.headers['location'], answer.headers['refresh']]).toEqual([
          200,
          undefined,
          undefined,
        ]);
        expect(answer.body).not.toContain('evil.example');
        expect(answer.body).not.toContain('javascript:');
      }
    },
  );
});

describe('links of messages', () => {
  it('that a guess could be are none', () => {
    const secrets = rig.app.get(SecretPort, { strict: false });
    const length = tokenOf('survey').length;
    let hits = 0;
    for (let guess = 0; guess < GUESSES; guess += 1) {
      const token = randomBytes(30).toString('base64url').slice(0, length);
      if (secrets.isOwnLinkToken('survey', token) || secrets.isOwnLinkToken('unsubscribe', token)) hits += 1;
    }
    expect(hits).toBe(0);
    expect(secrets.isOwnLinkToken('survey', tokenOf('survey'))).toBe(true);
  });

  it('of another installation, of another message and of another shop lead nowhere', async () => {
    const other = new SecretKeyring(['another installation has another key 0123456789']);
    const own = rig.app.get(SecretPort, { strict: false });
    const tokens = [
      other.linkToken('survey', `${rig.shopId}|${NOBODY}`),
      own.linkToken('survey', `${rig.shopId}|${NOBODY}`),
      own.linkToken('survey', `${NOBODY}|${NOBODY}`),
    ];
    for (const token of tokens)
      for (const method of ['GET', 'POST'] as const) expect((await send(method, `/s/${token}`)).statusCode).toBe(404);
  });

  it('that are too old say so and take nothing', async () => {
    const { survey, unsubscribe } = await linksOf(rig, { expires: '-1 day' });
    const rows = await rowCounts(rig);
    for (const url of [survey, unsubscribe])
      for (const method of ['GET', 'POST'] as const) expect((await send(method, url)).statusCode).toBe(410);
    expect(await rowCounts(rig)).toEqual(rows);
  });

  it('have stored nothing so far, and are taken when they are used', async () => {
    const rows = await rowCounts(rig);
    expect((await send('POST', good['survey'] ?? '')).statusCode).toBe(200);
    expect((await send('POST', good['unsubscribe'] ?? '')).statusCode).toBe(200);
    expect((await send('POST', good['unboxing'] ?? '')).statusCode).toBe(200);
    expect(Number((await rowCounts(rig))['inbox_event'])).toBe(Number(rows['inbox_event']) + 3);
  });
});

describe('reading by the API', () => {
  it('changes no row', async () => {
    const { body } = await rig.get<{ paths: Record<string, Record<string, object>> }>('/openapi.json');
    // the one that is made when it is first asked for, by who may change it
    await rig.get('/api/v1/webhooks/secret');
    const rows = await rowCounts(rig);
    // whoever takes the whole list along is noted
    const noted = '/api/v1/suppressions/export';
    const paths = Object.entries(body.paths).filter(([path, methods]) => 'get' in methods && path !== noted);
    expect(paths.length).toBeGreaterThan(30);
    for (const [path] of paths) {
      const url = path.replace('{metric}', 'csat').replaceAll(/\{\w+\}/g, NOBODY);
      for (const method of ['GET', 'HEAD'] as const) {
        const answer = await rig.app.inject({ method, url, headers: { authorization: `Bearer ${rig.key}` } });
        expect([method, url, answer.statusCode < 500, answer.headers['location']]).toEqual([
          method,
          url,
          true,
          undefined,
        ]);
      }
    }
    expect(await rowCounts(rig)).toEqual(rows);
  });
});
