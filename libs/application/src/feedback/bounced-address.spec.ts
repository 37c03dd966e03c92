import type { DomainEvent } from '#app/domain';
import fc from 'fast-check';
import { type AddressNews, hearOf, holdOf, NEVER_BOUNCED, newsOf } from './bounced-address.js';

const DAY = 86_400_000;
const bounces = (...days: number[]): AddressNews[] => days.map((day) => ({ kind: 'bounced', at: day * DAY }));
const alive = (day: number): AddressNews => ({ kind: 'alive', at: day * DAY });
const hold = (news: readonly AddressNews[]) => holdOf(hearOf(NEVER_BOUNCED, news));

describe('an address that messages come back from', () => {
  it('is held for 90 days by the fifth bounce within 30', () => {
    expect(hold(bounces(0, 5, 10, 20))).toBeNull();
    expect(hold(bounces(0, 5, 10, 20, 30))).toEqual({ since: 30 * DAY, until: 120 * DAY });
    expect(hold(bounces(0, 5, 10, 20, 31))).toBeNull();
    expect(hold(bounces(0, 5, 10, 20, 31, 35))).toEqual({ since: 35 * DAY, until: 125 * DAY });
  });

  it('begins anew at a sign of life, and is held no longer', () => {
    expect(hold([...bounces(0, 1, 2, 3), alive(4), ...bounces(5)])).toBeNull();
    expect(hold([...bounces(0, 1, 2, 3, 4), alive(10)])).toBeNull();
    expect(hold([alive(0), ...bounces(1, 2, 3, 4, 5)])).not.toBeNull();
  });

  it('counts a bounce once, however often it is told', () => {
    expect(hold([...bounces(0, 1, 2), ...bounces(0, 1, 2)])).toBeNull();
  });

  it('is the same in whatever order and portions the news come', () => {
    const one = fc.record({ kind: fc.constantFrom('bounced' as const, 'alive' as const), at: fc.nat(40) });
    const told = fc.array(one, { maxLength: 14 });
    const shuffled = told.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }), fc.nat(list.length)),
    );
    fc.assert(
      fc.property(shuffled, ([list, other, cut]) => {
        const inParts = hearOf(hearOf(NEVER_BOUNCED, other.slice(0, cut)), other.slice(cut));
        expect(inParts).toEqual(hearOf(NEVER_BOUNCED, list));
      }),
    );
  });
});

describe('what an event tells of an address', () => {
  const bounced = (channel: 'email' | 'sms', code: string | undefined, kind = 'soft') =>
    newsOf({ type: 'message.bounced', data: { channel, kind, code } } as DomainEvent);

  it.each([
    ['email', '4.2.2', 'bounced'],
    ['email', '5.2.2', 'bounced'],
    ['email', '4.4.1', 'bounced'],
    ['email', '452', 'bounced'],
    ['email', '552', 'bounced'],
    ['email', '5.7.1', null],
    ['email', '4.6.0', null],
    ['email', '550', null],
    ['email', undefined, null],
    ['sms', '30003', 'bounced'],
    ['sms', '30004', 'bounced'],
    ['sms', '30007', null],
    ['sms', '30034', null],
    ['sms', '21610', null],
  ] as const)('a soft bounce of %s with %s: %s', (channel, code, news) => {
    expect(bounced(channel, code)).toBe(news);
  });

  it('hard bounces and complaints are no matter of counting; deliveries, clicks and answers are life', () => {
    expect(bounced('email', '5.1.1', 'hard')).toBeNull();
    const types = ['message.complained', 'message.delivered', 'message.clicked', 'message.replied'];
    expect(types.map((type) => newsOf({ type, data: {} } as DomainEvent))).toEqual([null, 'alive', 'alive', 'alive']);
  });
});
