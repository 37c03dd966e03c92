import { describe, expect, it } from '@jest/globals';
import type { ConsentState } from '../event/event.js';
import { type CustomerFacts, EMPTY_CUSTOMER } from '../facts/facts.js';
import { addressOf, mayContact } from './contact-rule.js';
import { MESSAGE_CLASSES } from './message-class.js';

function aCustomer(state?: ConsentState): CustomerFacts {
  const customer = { ...EMPTY_CUSTOMER, email: 'ada@example.com' };
  return state
    ? { ...customer, consents: { email: { state, at: '2026-03-02T09:00:00.000Z', proof: null, statements: {} } } }
    : customer;
}

const verdicts = (customer: CustomerFacts, isSuppressed = false): string[] =>
  MESSAGE_CLASSES.map((messageClass) => {
    const verdict = mayContact(customer, messageClass, 'email', isSuppressed);
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

  it('refuses every class once the person asked to be erased', () => {
    expect(verdicts({ ...aCustomer('opted_in'), erasedAt: '2026-03-02T09:00:00.000Z' })).toEqual(
      Array(4).fill('erased'),
    );
  });

  it('refuses a medium on which the person has no address', () => {
    expect(mayContact(aCustomer('opted_in'), 'service', 'sms', false)).toEqual({
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
