import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import twilio from 'twilio';
import { orderPlaced } from '../support/shopify-orders.js';
import { shopifyHeaders } from '../support/shopify-sender.js';
import { ApiRig } from './api-rig.js';

const STRANGER = '93.184.216.34';
const OTHER = '93.184.216.35';
const PER_MINUTE = 30;
const TWILIO_TOKEN = 'token-of-the-account';

let rig: ApiRig;
beforeAll(async () => {
  const limit = String(PER_MINUTE);
  rig = await ApiRig.start('rates', {
    LIMIT_API_PER_MINUTE: limit,
    LIMIT_PAGES_PER_MINUTE: limit,
    TRUSTED_PROXIES: '1',
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: TWILIO_TOKEN,
    TWILIO_FROM: '+15005550006',
  });
}, 120_000);
afterAll(() => rig?.stop());

interface From {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly from?: string;
  readonly key?: string;
  readonly payload?: string;
}

const ask = ({ url, method = 'GET', from = '127.0.0.1', key, payload }: From) =>
  rig.app.inject({
    method,
    url,
    remoteAddress: '10.0.0.1',
    headers: {
      'x-forwarded-for': `1.1.1.1, ${from}`,
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(payload === undefined ? {} : { payload }),
  });

async function statusesOf(count: number, request: From | ((index: number) => From)): Promise<Map<number, number>> {
  const statuses = new Map<number, number>();
  for (let index = 0; index < count; index += 1) {
    const { statusCode } = await ask(typeof request === 'function' ? request(index) : request);
    statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
  }
  return statuses;
}

async function aKey(): Promise<string> {
  const { rows } = await rig.owner.query<{ n: string }>('select count(*) as n from app.api_key');
  const { body } = await rig.post<{ key: string }>('/api/v1/keys', { name: `k${rows[0]?.n}`, role: 'owner' });
  return body.key;
}

describe('rate limits', () => {
  it('hold each API key to its rate, tell it when to come again, and let the others through', async () => {
    const [busy, quiet] = [await aKey(), await aKey()];
    const statuses = await statusesOf(PER_MINUTE + 20, { url: '/api/v1/shop', key: busy });
    expect(statuses.get(200)).toBeGreaterThanOrEqual(PER_MINUTE);
    expect(statuses.get(429)).toBeGreaterThan(10);
    const refused = await ask({ url: '/api/v1/shop', key: busy });
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(refused.json()).toMatchObject({ code: 'rate_limited', status: 429 });
    expect((await ask({ url: '/api/v1/shop', key: quiet })).statusCode).toBe(200);
  });

  it('count a list of events by its length', async () => {
    const key = await aKey();
    const payload = JSON.stringify(Array.from({ length: 100 }, () => ({})));
    const statuses = await statusesOf(6, { url: '/api/v1/events', method: 'POST', key, payload });
    expect(statuses.get(202)).toBe(3);
    expect(statuses.get(429)).toBe(3);
  });

  it('slow down who guesses keys from one address, not who holds one there', async () => {
    const key = await aKey();
    const statuses = await statusesOf(100, (index) => ({
      url: '/api/v1/shop',
      from: STRANGER,
      key: `ag_live_${String(index).padStart(43, 'x')}`,
    }));
    expect(statuses.get(401)).toBeGreaterThanOrEqual(60);
    expect(statuses.get(429)).toBeGreaterThan(30);
    expect((await ask({ url: '/api/v1/shop', from: STRANGER, key })).statusCode).toBe(200);
    expect((await ask({ url: '/api/v1/shop', from: OTHER, key: 'ag_live_x' })).statusCode).toBe(401);
  });

  it('slow down who forges callbacks from one address, not the provider that signs there', async () => {
    const url = '/hooks/twilio';
    const fields = { MessageSid: 'SM1', MessageStatus: 'sent', To: '+15005550006' };
    const tell = async (signature: string, from = STRANGER) =>
      (
        await rig.app.inject({
          method: 'POST',
          url,
          remoteAddress: '10.0.0.1',
          headers: {
            'x-forwarded-for': from,
            'content-type': 'application/x-www-form-urlencoded',
            'x-twilio-signature': signature,
          },
          payload: new URLSearchParams(fields).toString(),
        })
      ).statusCode;
    const forged = new Set<number>();
    for (let times = 0; times < 700; times += 1) forged.add(await tell(`forged${times}`));
    expect([...forged]).toEqual([401, 429]);
    const genuine = twilio.getExpectedTwilioSignature(TWILIO_TOKEN, `https://shop.example${url}`, fields);
    expect([await tell(genuine), await tell('forged', OTHER)]).toEqual([200, 401]);
  });

  it('hold an address to its rate on public pages, whatever it claims in X-Forwarded-For', async () => {
    const statuses = await statusesOf(PER_MINUTE + 20, (index) => ({ url: `/q/guess${index}`, from: '8.8.4.4' }));
    expect(statuses.get(404)).toBeGreaterThanOrEqual(PER_MINUTE);
    expect(statuses.get(429)).toBeGreaterThan(10);
    const refused = await ask({ url: '/s/guess', from: '8.8.4.4' });
    expect([refused.statusCode, refused.headers['content-type']]).toEqual([429, 'text/html; charset=utf-8']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect((await ask({ url: '/s/guess', from: '8.8.4.5' })).statusCode).toBe(404);
  });

  it('let mail providers unsubscribe many readers from one address, and one link so often', async () => {
    const many = await statusesOf(PER_MINUTE + 20, (index) => ({
      url: `/u/t${index}`,
      method: 'POST',
      from: '9.9.9.9',
    }));
    expect([...many.keys()]).toEqual([404]);
    const one = await statusesOf(80, { url: '/u/the-same', method: 'POST', from: '9.9.9.10' });
    expect(one.get(429)).toBeGreaterThan(10);
  });

  it('hold a source to its rate by its genuine webhooks alone', async () => {
    const limited = await ApiRig.start('rates_source', { LIMIT_WEBHOOKS_PER_MINUTE: '5' });
    try {
      const secret = 'a secret of theirs';
      const { body } = await limited.post<{ id: string }>('/api/v1/sources', { kind: 'shopify', name: 'S', secret });
      const send = async (id: number, signedWith: string) => {
        const webhook = orderPlaced({ id, email: 'a@x.example', at: '2026-03-01T00:00:00Z' });
        const headers = shopifyHeaders(webhook, signedWith);
        return (await limited.app.inject({ method: 'POST', url: `/hooks/${body.id}`, headers, payload: webhook.body }))
          .statusCode;
      };
      for (let id = 1; id <= 20; id += 1) expect(await send(id, 'a guess')).toBe(401);
      const answers: number[] = [];
      for (let id = 1; id <= 8; id += 1) answers.push(await send(id, secret));
      expect(answers.slice(0, 5)).toEqual([202, 202, 202, 202, 202]);
      expect(answers.at(-1)).toBe(429);
    } finally {
      await limited.stop();
    }
  }, 120_000);
});
