import { describe, expect, it } from '@jest/globals';
import type { ConsentState } from '../event/event.js';
import { type CustomerFacts, EMPTY_CUSTOMER } from '../facts/facts.js';
import { addressOf, askedForSince, mayContact } from './contact-rule.js';
import { MESSAGE_CLASSES } from './message-class.js';

function aCustomer(state?: ConsentState): CustomerFacts {
  const customer = { ...EMPTY_CUSTOMER, email: 'ada@example.com' };
  return state
    ? { ...customer, consents: { email: { state, at: '2026-03-02T09:00:00.000Z', proof: null, statements: {} } } }
    : customer;
}

const verdicts = (customer: CustomerFacts, isSuppressed = false): string[] =>
  MESSAGE_CLASSES.map((messageClass) => {
    const verdict = mayContact(customer, messageClass, 'email', isSuppressed ? 'all' : null);
    return verdict.allowed ? 'ok' : verdict.reason;
  });

describe('mayContact', () => {
  it('needs an opt-in for review and marketing, and no opt-out for feedback', () => {
    expect(verdicts(aCustomer('opted_in'))).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(verdicts(aCustomer())).toEqual(['ok', 'ok', 'no-consent', 'no-consent']);
    expect(verdicts(aCustomer('pending'))).toEqual(['ok', 'ok', 'no-consent', 'no-consent']);
    expect(verdicts(aCustomer('opted_out'))).toEqual(['ok', 'opted-out', 'opted-out', 'opted-out']);
  });

  it('refuses every class at a suppressed address', () => {
    expect(verdicts(aCustomer('opted_in'), true)).toEqual(Array(4).fill('suppressed'));
  });

  it('refuses every class on WhatsApp to who has asked for none', () => {
    const person = { ...EMPTY_CUSTOMER, phone: '+33123456789' };
    const word = { at: '2026-03-02T09:00:00.000Z', proof: null };
    const on = (customer: CustomerFacts): string[] =>
      MESSAGE_CLASSES.map((each) => {
        const verdict = mayContact(customer, each, 'whatsapp', null);
        return verdict.allowed ? 'ok' : verdict.reason;
      });
    expect(on(person)).toEqual(Array(4).fill('no-consent'));
    expect(on({ ...person, consents: { whatsapp: { ...word, state: 'opted_in', statements: {} } } })).toEqual(
      Array(4).fill('ok'),
    );
    expect(on({ ...person, consents: { whatsapp: { ...word, state: 'opted_out', statements: {} } } })).toEqual(
      Array(4).fill('opted-out'),
    );
    const isIn = { ...person, consents: { whatsapp: { ...word, state: 'opted_in' as const, statements: {} } } };
    // who has just unsubscribed there gets nothing of an order either
    expect(MESSAGE_CLASSES.map((each) => mayContact(isIn, each, 'whatsapp', 'non_service').allowed)).toEqual(
      Array(4).fill(false),
    );
    const review = { in: { ...word, level: 'single' as const, stamp: '1' } };
    expect(on({ ...person, choices: { whatsapp: { review } } })).toEqual(['ok', 'no-consent', 'ok', 'no-consent']);
  });

  it('refuses every class once the person asked to be erased', () => {
    expect(verdicts({ ...aCustomer('opted_in'), erasedAt: '2026-03-02T09:00:00.000Z' })).toEqual(
      Array(4).fill('erased'),
    );
  });

  it('refuses a medium on which the person has no address', () => {
    expect(mayContact(aCustomer('opted_in'), 'service', 'sms', null)).toEqual({
      allowed: false,
      reason: 'no-address',
    });
  });
});

describe('addressOf', () => {
  it('is the e-mail address or the phone number', () => {
    const customer = { ...aCustomer(), phone: '+33123456789' };
    expect([addressOf(customer, 'email'), addressOf(customer, 'sms')]).toEqual(['ada@example.com', '+33123456789']);
  });
});

describe('askedForSince', () => {
  const word = (at: string, level: 'single' | 'evidence' = 'single') => ({ at, level, proof: null, stamp: at });
  const [first, second] = ['2026-03-02T09:00:00.000Z', '2026-03-02T10:00:00.000Z'] as const;
  const generally = { email: { state: 'opted_in' as const, at: first, proof: null, statements: { in: word(first) } } };
  const person = (more: Partial<CustomerFacts>): CustomerFacts => ({
    ...EMPTY_CUSTOMER,
    email: 'ada@example.com',
    ...more,
  });

  it('is when the oldest word for a class that stands was said', () => {
    const choices = { email: { review: { in: word(second) } } };
    expect(askedForSince(person({ consents: generally, choices }), 'email')).toBe(first);
    expect(
      askedForSince(
        person({ consents: generally, choices: { email: { review: { in: word('2026-01-01T00:00:00.000Z') } } } }),
        'email',
      ),
    ).toBe(first);
    const refused = { email: { ...choices.email, feedback: { out: word(second) }, marketing: { out: word(second) } } };
    expect(askedForSince(person({ consents: generally, choices: refused }), 'email')).toBe(second);
  });

  it('is unknown where a class stands without a word, or by an order alone', () => {
    expect(askedForSince(person({ choices: { email: { review: { in: word(second) } } } }), 'email')).toBeNull();
    const evidence = { email: { ...generally.email, statements: { evidence: word(first, 'evidence') } } };
    expect(askedForSince(person({ consents: evidence }), 'email')).toBeNull();
    expect(askedForSince(person({}), 'email')).toBeNull();
  });
});
