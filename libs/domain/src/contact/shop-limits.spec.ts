import { describe, expect, it } from '@jest/globals';
import { toInstant } from '../time/instant.js';
import type { ContactCandidate, ShopMonth } from './contact-history.js';
import { judgeContact } from './judge-contact.js';
import { localMonth } from './shop-limits.js';
import { aCandidate, aHistory, NO_RULES } from './testing.js';

const NOW = '2026-03-10T11:00:00Z';
const MONTH: ShopMonth = {
  month: '2026-03',
  zone: 'Europe/Berlin',
  currency: 'EUR',
  budget: {},
  spent: { messages: 0, costMicros: 0 },
};

function judge(month: Partial<ShopMonth>, candidate: Partial<ContactCandidate> = {}, now = NOW) {
  const history = aHistory({ shopMonth: { ...MONTH, ...month } });
  return judgeContact(aCandidate({ medium: 'sms', ...candidate }), history, NO_RULES, toInstant(now));
}
const spent = (messages: number, costMicros = 0) => ({ messages, costMicros });

describe('the budget of a shop', () => {
  it('lets so many messages out, and the next ones at the start of the next month of the shop', () => {
    const budget = { messages: 100 };
    expect(judge({ budget, spent: spent(99) })).toEqual({ type: 'go' });
    expect(judge({ budget, spent: spent(100) })).toEqual({
      type: 'defer',
      until: toInstant('2026-04-01T00:00:00+02:00'),
      reason: 'shop-budget',
      facts: { of: 'messages', limit: 100, spent: 100, month: '2026-03', zone: 'Europe/Berlin' },
    });
  });

  it('is spent no further than to its last cent, and a cheaper message may still take what is left', () => {
    const budget = { cost: 1_000 };
    const left = { budget, spent: spent(5, 9_925_000) };
    expect(judge(left, { costMicros: 75_000 })).toEqual({ type: 'go' });
    expect(judge(left, { costMicros: 75_001 })).toMatchObject({ type: 'defer', reason: 'shop-budget' });
    expect(judge(left, { costMicros: 150_000 })).toMatchObject({
      facts: { of: 'cost', limit: 1_000, spent: 992.5, cost: 15, currency: 'EUR' },
    });
  });

  it('holds what nobody knows the cost of only when nothing is left', () => {
    const budget = { cost: 1_000 };
    expect(judge({ budget, spent: spent(5, 9_999_999) })).toEqual({ type: 'go' });
    expect(judge({ budget, spent: spent(5, 10_000_000) })).toMatchObject({ type: 'defer' });
  });

  it('counts in the smallest unit of the currency', () => {
    const yen = { currency: 'JPY', budget: { cost: 1_000 } };
    expect(judge({ ...yen, spent: spent(5, 999_000_000) })).toEqual({ type: 'go' });
    expect(judge({ ...yen, spent: spent(5, 1_000_000_000) })).toMatchObject({ facts: { limit: 1_000, spent: 1_000 } });
  });

  it('may name both, and the one that is used up first holds', () => {
    const budget = { messages: 10, cost: 1_000 };
    expect(judge({ budget, spent: spent(9, 9_000_000) })).toEqual({ type: 'go' });
    expect(judge({ budget, spent: spent(10, 9_000_000) })).toMatchObject({ facts: { of: 'messages' } });
    expect(judge({ budget, spent: spent(9, 10_000_000) })).toMatchObject({ facts: { of: 'cost' } });
  });

  it('skips what is of no use by then', () => {
    const used = { budget: { messages: 1 }, spent: spent(1) };
    expect(judge(used, { usefulUntil: toInstant('2026-03-31T22:00:00Z') })).toMatchObject({
      type: 'skip',
      reason: 'shop-budget',
      facts: { freeAt: '2026-03-31T22:00:00.000Z' },
    });
    expect(judge(used, { usefulUntil: toInstant('2026-03-31T22:00:01Z') })).toMatchObject({ type: 'defer' });
  });

  it('holds no service message, and nothing in another month', () => {
    const used = { budget: { messages: 1 }, spent: spent(1) };
    expect(judge(used, { class: 'service' })).toEqual({ type: 'go' });
    expect(judge(used, {}, '2026-03-31T22:00:00Z')).toEqual({ type: 'go' });
  });

  it('ends with the year as with any month, in whatever zone', () => {
    const december = { month: '2026-12', zone: 'America/New_York', budget: { messages: 1 }, spent: spent(1) };
    expect(judge(december, {}, '2027-01-01T04:59:59Z')).toMatchObject({ until: toInstant('2027-01-01T05:00:00Z') });
    expect(localMonth(toInstant('2027-01-01T04:59:59Z'), 'America/New_York')).toBe('2026-12');
  });
});
