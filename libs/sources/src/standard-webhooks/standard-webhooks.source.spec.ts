import type { IncomingRequest } from '#app/application';
import { Webhook } from 'standardwebhooks';
import { CONTEXT, describeSourceContract } from '../source.contract.js';
import { standardWebhooksSource } from './standard-webhooks.source.js';

const nowMs = CONTEXT.receivedAt;
const OLD = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const NEW = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const event = {
  type: 'survey.answered',
  occurredAt: '2026-04-30T08:00:00Z',
  order: { externalId: '7' },
  data: { survey: 'delivery-csat', score: 4 },
};

function delivery(secret: string, payload: object, { id = 'msg_1', atMs = nowMs } = {}): IncomingRequest {
  const body = JSON.stringify(payload);
  const at = new Date(atMs);
  const signature = secret === '' ? 'v1,' : new Webhook(secret).sign(id, at, body);
  return {
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(atMs / 1_000)),
      'webhook-signature': signature,
    },
    rawBody: Buffer.from(body),
    contentType: 'application/json',
  };
}

const isGenuine = (request: IncomingRequest, secrets = [OLD]): boolean =>
  standardWebhooksSource.verify(request, secrets, nowMs).genuine;
const parse = (payload: object) =>
  standardWebhooksSource.parse({ headers: { 'webhook-id': 'msg_1' }, body: JSON.stringify(payload) }, CONTEXT);

describeSourceContract('standard-webhooks', {
  kind: standardWebhooksSource,
  secrets: [OLD, NEW],
  nowMs,
  deliver: (secret) => delivery(secret, event),
  deliverAnother: (secret) => delivery(secret, event, { id: 'msg_2' }),
  deliverUnknown: (secret) => delivery(secret, { type: 'invoice.sent', timestamp: '2026-04-30T08:00:00Z', data: {} }),
});

describe('Standard Webhooks', () => {
  it('accepts several signatures of which one is ours', () => {
    const request = delivery(OLD, event);
    const ours = request.headers['webhook-signature'] ?? '';
    const theirs = delivery(NEW, event).headers['webhook-signature'] ?? '';
    expect(
      isGenuine({ ...request, headers: { ...request.headers, 'webhook-signature': `v1a,AAAA ${theirs} ${ours}` } }),
    ).toBe(true);
    expect(
      isGenuine({ ...request, headers: { ...request.headers, 'webhook-signature': ours.replace('v1,', 'v2,') } }),
    ).toBe(false);
  });

  it.each([-301, 302])('refuses a time stamp %i seconds away', (seconds) => {
    expect(isGenuine(delivery(OLD, event, { atMs: nowMs + seconds * 1_000 }))).toBe(false);
  });

  it.each([-299, 299])('accepts a time stamp %i seconds away', (seconds) => {
    expect(isGenuine(delivery(OLD, event, { atMs: nowMs + seconds * 1_000 }))).toBe(true);
  });

  it('covers id and time stamp by the signature', () => {
    const request = delivery(OLD, event);
    expect(isGenuine({ ...request, headers: { ...request.headers, 'webhook-id': 'msg_2' } })).toBe(false);
    expect(
      isGenuine({
        ...request,
        headers: { ...request.headers, 'webhook-timestamp': String(Math.floor(nowMs / 1_000) + 1) },
      }),
    ).toBe(false);
  });

  it.each([
    '',
    'whsec_',
    'whsec_c2hvcnQ=',
    'whsec_***',
    `whsec_${Buffer.alloc(65).toString('base64')}`,
    Buffer.alloc(24).toString('base64'),
  ])('refuses the secret %j', (secret) => {
    expect(standardWebhooksSource.refuseSecret?.(secret)).toMatch(/whsec_/);
  });

  it('lets nobody in by a secret that holds no key', () => {
    const body = JSON.stringify(event);
    const signature = new Webhook(Buffer.from('').toString('base64') || OLD).sign('msg_1', new Date(nowMs), body);
    const request = {
      ...delivery(OLD, event),
      headers: { ...delivery(OLD, event).headers, 'webhook-signature': signature },
    };
    expect(isGenuine(request, ['whsec_', '', 'x'])).toBe(false);
  });

  it('takes the id of the delivery for an event that has none', () => {
    expect(parse(event).events).toEqual([
      {
        type: 'survey.answered',
        occurredAt: '2026-04-30T08:00:00.000Z',
        order: { externalId: '7' },
        data: { survey: 'delivery-csat', score: 4 },
      },
    ]);
  });

  it('reads the payload that the specification advises', () => {
    const { occurredAt, order, data, type } = event;
    expect(parse({ type, timestamp: occurredAt, data: { ...data, order } }).events).toEqual(parse(event).events);
  });

  it('says what is wrong with an event of ours', () => {
    expect(() => parse({ ...event, data: { survey: 'x' } })).toThrow('/data/score');
  });

  it('verifies the published vector of the specification', () => {
    const request = {
      headers: {
        'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'webhook-timestamp': '1614265330',
        'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      },
      rawBody: Buffer.from('{"test": 2432232314}'),
      contentType: 'application/json',
    };
    const secret = ['whsec', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'].join('_');
    expect(standardWebhooksSource.verify(request, [secret], 1_614_265_330_000).genuine).toBe(true);
  });
});
