import { EVENT_TYPES } from '#app/domain';
import fc from 'fast-check';
import { z } from 'zod';
import { faultsOf } from '../faults.js';
import { eventData } from './event-data.schema.js';
import { linkEvent, toNormalisedEvent, wireEvent, wireEventBatch } from './event-envelope.schema.js';

const placed = {
  id: 'evt-1',
  type: 'order.placed',
  occurredAt: '2026-03-04T10:15:00.5+02:00',
  customer: { externalId: '9007199254740993123', email: ' Ana.Lopez@Example.COM ', phone: '+34911234567' },
  order: { externalId: '9007199254740993' },
  data: {
    name: '#7',
    total: { amount: '19.90', currency: 'EUR' },
    lines: [{ id: 'l1', title: 'Tea', quantity: 2, price: { amount: '9.95', currency: 'EUR' } }],
    consents: [{ channel: 'email' }],
  },
};
const answered = {
  id: 'a1',
  type: 'survey.answered',
  occurredAt: '2026-03-04T10:15:00Z',
  order: { externalId: '7' },
  data: { survey: 'delivery-csat', score: 5, comment: 'Fast' },
};

const created = {
  id: 'c',
  type: 'customer.created',
  occurredAt: '2026-03-04T10:15:00Z',
  customer: { externalId: '1' },
};

function pointersOf(input: unknown): string[] {
  const result = wireEvent.safeParse(input);
  return result.success ? [] : faultsOf(result.error).map(({ pointer }) => pointer);
}

describe('the wire form of an event', () => {
  it('knows exactly the event types of the domain', () => {
    const known = wireEvent.options.map((option) => option.shape.type.value);
    expect(known).toEqual([...EVENT_TYPES]);
    expect(Object.keys(eventData)).toEqual([...EVENT_TYPES]);
  });

  it('becomes a normalised event with UTC time, minor units and a clean address', () => {
    expect(toNormalisedEvent(wireEvent.parse(placed))).toEqual({
      type: 'order.placed',
      occurredAt: '2026-03-04T08:15:00.500Z',
      customer: { externalId: '9007199254740993123', email: 'ana.lopez@example.com', phone: '+34911234567' },
      order: { externalId: '9007199254740993' },
      data: {
        name: '#7',
        total: { amount: 1990, currency: 'EUR' },
        lines: [{ id: 'l1', title: 'Tea', quantity: 2, price: { amount: 995, currency: 'EUR' } }],
        consents: [{ channel: 'email' }],
      },
    });
  });

  it('takes a survey answer that names its order only', () => {
    expect(pointersOf(answered)).toEqual([]);
  });

  it.each([
    ['an order event without its order', { ...placed, order: undefined }, '/order'],
    [
      'a customer event without a customer',
      { id: 'c', type: 'customer.created', occurredAt: placed.occurredAt, data: {} },
      '/customer',
    ],
    ['a customer without an identity', { ...placed, customer: {} }, '/customer'],
    ['an unknown type', { ...placed, type: 'order.exploded' }, '/type'],
    ['an unknown field', { ...placed, extra: 1 }, '/extra'],
    ['an unknown field of the data', { ...placed, data: { 'a/b': 1 } }, '/data/a~1b'],
    ['an id that is a number', { ...placed, id: 7 }, '/id'],
    ['an id of 256 characters', { ...placed, id: 'x'.repeat(256) }, '/id'],
    ['a NUL', { ...placed, id: 'a\u0000b' }, '/id'],
    ['half a surrogate pair', { ...placed, data: { name: 'a\ud800' } }, '/data/name'],
    ['a time without a zone', { ...placed, occurredAt: '2026-03-04T10:15:00' }, '/occurredAt'],
    ['the 30th of February', { ...placed, occurredAt: '2026-02-30T10:15:00Z' }, '/occurredAt'],
    ['the year 9999', { ...placed, occurredAt: '9999-02-20T10:15:00Z' }, '/occurredAt'],
    ['money as a number', { ...placed, data: { total: { amount: 19.9, currency: 'EUR' } } }, '/data/total/amount'],
    ['money with a comma', { ...placed, data: { total: { amount: '19,90', currency: 'EUR' } } }, '/data/total/amount'],
    ['a phone number without a plus', { ...placed, customer: { phone: '0301234567' } }, '/customer/phone'],
    ['a javascript link', { ...placed, data: { statusUrl: 'javascript:alert(1)' } }, '/data/statusUrl'],
    ['a score that is a text', { ...answered, data: { ...answered.data, score: '5' } }, '/data/score'],
    ['an infinite score', { ...answered, data: { ...answered.data, score: Number.POSITIVE_INFINITY } }, '/data/score'],
    [
      'a survey answer that names an invitation',
      { ...answered, data: { ...answered.data, instanceId: 'i' } },
      '/data/instanceId',
    ],
    [
      'an attribute named constructor',
      { ...created, data: { profile: { attributes: { constructor: 1 } } } },
      '/data/profile/attributes/constructor',
    ],
  ])('refuses %s', (_name, input, pointer) => {
    expect(pointersOf(input)).toContain(pointer);
  });

  it.each([
    'a@b@c.de',
    'a b@c.de',
    'a@c',
    'a@c.de,b@c.de',
    'a@c.de\r\nBcc: x@y.zz',
    'Ana <a@c.de>',
    'group:a@c.de;',
    '"a b"@c.de',
    '.a@c.de',
    'a..b@c.de',
    'a@-c.de',
    'a@c..de',
    'a@[127.0.0.1]',
    `${'x'.repeat(65)}@c.de`,
    `a@${'x'.repeat(63)}.${'y'.repeat(63)}.${'z'.repeat(63)}.${'w'.repeat(63)}.de`,
    'a\u2028@c.de',
    'a(c)@d.ef',
    '',
  ])('refuses %j as an e-mail address', (email) => {
    expect(pointersOf({ ...placed, customer: { email } })).toEqual(['/customer/email']);
  });

  it('takes from links what the outside may not say', () => {
    const linked = { ...answered, data: { ...answered.data, instanceId: 'i', messageId: 'm', channel: 'email' } };
    expect(linkEvent.parse(linked).data).toEqual(linked.data);
  });

  it('leaves out an attribute named __proto__', () => {
    const hostile = {
      ...created,
      data: { profile: { attributes: JSON.parse('{"__proto__":{"polluted":1},"size":"M"}') } },
    };
    expect(wireEvent.parse(hostile).data).toEqual({ profile: { attributes: { size: 'M' } } });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('refuses an empty batch and more than 500 events', () => {
    expect(wireEventBatch.safeParse([]).success).toBe(false);
    expect(wireEventBatch.safeParse(Array.from({ length: 501 }, () => answered)).success).toBe(false);
    expect(wireEventBatch.safeParse([placed, answered]).success).toBe(true);
  });

  it('answers at most 50 faults, whatever comes in', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        const result = wireEvent.safeParse({ ...placed, data });
        return result.success || faultsOf(result.error).length <= 50;
      }),
      { numRuns: 300 },
    );
    const unknown = Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`k${n}`, 1]));
    expect(pointersOf({ ...placed, ...unknown })).toHaveLength(50);
  });

  it('publishes named components of what comes in', () => {
    const schema = z.toJSONSchema(wireEventBatch, { io: 'input' });
    expect(Object.keys(schema.$defs ?? {})).toEqual(
      expect.arrayContaining(['Event', 'Event.order.placed', 'Money', 'OrderLine', 'CustomerRef']),
    );
    expect(JSON.stringify(schema)).not.toContain('__schema');
  });
});
