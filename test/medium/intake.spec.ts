import { createHmac } from 'node:crypto';
import { type IngestRig, ROTATED_OUT, SECRET, SHOPIFY, startIngest, WOO } from './ingest-rig.js';

const NOBODY = '0190a000-0000-7000-8000-0000000000ff';

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly type: string | undefined;
}

let rig: IngestRig;

beforeAll(async () => {
  rig = await startIngest('intake');
});

afterAll(() => rig?.stop());

beforeEach(() => rig.empty());

function shopifyHeaders(
  body: string | Buffer,
  webhookId: string,
  topic = 'orders/create',
  secret = SECRET,
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'x-shopify-topic': topic,
    'x-shopify-webhook-id': webhookId,
    'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
  };
}

async function post(source: string, payload: string | Buffer, headers: Record<string, string>): Promise<Reply> {
  const response = await rig.app.inject({ method: 'POST', url: `/hooks/${source}`, payload, headers });
  return {
    status: response.statusCode,
    body: JSON.parse(response.body) as Record<string, unknown>,
    type: response.headers['content-type']?.toString(),
  };
}

const order = (fields = ''): string =>
  `{"id": 9107199254740993017, "created_at": "2026-04-20T09:30:00Z", "note": "caf\\u00e9 \\/ é"${fields}}`;

describe('POST /hooks/:sourceId', () => {
  it('stores a genuine webhook byte for byte, once, and hints at it', async () => {
    const first = await post(SHOPIFY, order(), shopifyHeaders(order(), 'w1'));
    expect(first).toMatchObject({ status: 202, body: { id: expect.stringMatching(/^[0-9a-f-]{36}$/) } });
    const again = await post(SHOPIFY, order(), shopifyHeaders(order(), 'w1'));
    expect(again).toMatchObject({ status: 200, body: { id: first.body['id'], duplicate: true } });
    expect(await rig.stored()).toEqual([
      {
        id: first.body['id'],
        body: order(),
        kind: 'shopify',
        state: 'new',
        headers: { 'x-shopify-topic': 'orders/create' },
      },
    ]);
    expect(rig.hinted).toEqual(['intake']);
  });

  it('keeps the first body when its id comes with another one', async () => {
    const first = await post(SHOPIFY, order(), shopifyHeaders(order(), 'w1'));
    const other = order(', "note": "changed"');
    expect(await post(SHOPIFY, other, shopifyHeaders(other, 'w1'))).toMatchObject({
      status: 202,
      body: { id: first.body['id'] },
    });
    expect((await rig.stored()).map(({ body }) => body)).toEqual([order()]);
  });

  it('tells two topics of one delivery id apart', async () => {
    await post(SHOPIFY, order(), shopifyHeaders(order(), 'w1', 'orders/create'));
    await post(SHOPIFY, order(), shopifyHeaders(order(), 'w1', 'orders/updated'));
    expect(await rig.stored()).toHaveLength(2);
  });

  it('stores one of 64 equal webhooks that come at once and all of 64 different ones', async () => {
    const equal = await Promise.all(
      Array.from({ length: 64 }, () => post(SHOPIFY, order(), shopifyHeaders(order(), 'same'))),
    );
    expect(equal.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(new Set(equal.map(({ body }) => body['id'])).size).toBe(1);
    const different = await Promise.all(
      Array.from({ length: 64 }, (_, n) => post(SHOPIFY, order(), shopifyHeaders(order(), `w${n}`))),
    );
    expect(different.every(({ status }) => status === 202)).toBe(true);
    expect(await rig.stored()).toHaveLength(65);
  });

  it('gives one answer to a wrong signature, a rotated-out secret and a source that is none', async () => {
    const wrong = await post(SHOPIFY, order(), shopifyHeaders(order(), 'w1', 'orders/create', 'guess'));
    const old = await post(SHOPIFY, order(), shopifyHeaders(order(), 'w1', 'orders/create', ROTATED_OUT));
    const unknown = await post(NOBODY, order(), shopifyHeaders(order(), 'w1'));
    const odd = await post('not-an-id', order(), shopifyHeaders(order(), 'w1'));
    for (const reply of [wrong, old, unknown, odd]) {
      expect(reply).toMatchObject({ status: 401, body: { status: 401, code: 'signature.invalid' } });
      expect(reply.type).toContain('application/problem+json');
      expect({ ...reply.body, instance: '' }).toEqual({ ...wrong.body, instance: '' });
    }
    expect(await rig.stored()).toHaveLength(0);
  });

  it('answers a ping of WooCommerce with 200 and stores nothing', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await post(WOO, 'webhook_id=12', form)).toMatchObject({ status: 200 });
    expect(await post(SHOPIFY, 'webhook_id=12', form)).toMatchObject({ status: 401 });
    expect(await rig.stored()).toHaveLength(0);
  });

  it.each([
    ['a content type of another kind', 'text/xml', order(), 415],
    ['another charset', 'application/json; charset=utf-16', order(), 415],
    ['a body that is no JSON', 'application/json', '{"id": 1', 400],
    ['an empty body', 'application/json', '', 400],
    ['bytes that are no UTF-8', 'application/json', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400],
    ['a body nested 65 deep', 'application/json', '['.repeat(65) + ']'.repeat(65), 400],
    ['a body of more than 256 KiB', 'application/json', JSON.stringify('x'.repeat(256 * 1024)), 413],
  ])('refuses %s though it is signed', async (_name, type, body, status) => {
    const reply = await post(SHOPIFY, body, { ...shopifyHeaders(body, 'w1'), 'content-type': type });
    expect(reply).toMatchObject({ status, body: { status } });
    expect(await rig.stored()).toHaveLength(0);
  });

  it('stores what holds an escaped NUL', async () => {
    const body = '{"id": 1, "note": "a\\u0000b"}';
    expect(await post(SHOPIFY, body, shopifyHeaders(body, 'w1'))).toMatchObject({ status: 202 });
    expect((await rig.stored())[0]?.body).toBe(body);
  });
});
