import { afterTry, HEALTHY, probed, type ProviderHealth, type ProviderTry, roomOf, tryOf } from './provider-health.js';

const GOOD: ProviderTry = { isFailed: false, isConnection: false, isRetry: false, code: '250' };
const BAD: ProviderTry = { ...GOOD, isFailed: true, code: '451 4.3.0' };
const AT = 1_000_000;

const after = (tries: readonly ProviderTry[], health: ProviderHealth = HEALTHY, stepMs = 100): ProviderHealth =>
  tries.reduce((known, one, index) => afterTry(known, one, AT + index * stepMs), health);
const times = (count: number, one: ProviderTry): ProviderTry[] => Array.from({ length: count }, () => one);

describe('the health of a provider', () => {
  it('is open after twenty tries of which more than half failed', () => {
    const mixed = Array.from({ length: 19 }, (_, n) => (n % 3 === 0 ? GOOD : BAD));
    expect(after(mixed).state).toBe('closed');
    expect(after([...mixed, BAD, BAD])).toMatchObject({ state: 'open', reason: '451 4.3.0' });
  });

  it('is open after five connections in a row that failed', () => {
    const lost = { ...BAD, isConnection: true };
    expect(after(times(4, lost)).state).toBe('closed');
    expect(after([...times(4, lost), GOOD, ...times(4, lost)]).state).toBe('closed');
    expect(after(times(5, lost)).state).toBe('open');
  });

  it('forgets what is long ago', () => {
    const sick = after(times(15, BAD), HEALTHY, 0);
    expect(after(times(6, BAD), { ...sick, at: AT - 600_000 }).state).toBe('closed');
  });

  it('stays closed while a third fails, but what came back may only be a tenth of what is new', () => {
    const tries = Array.from({ length: 300 }, (_, n) => (n % 3 === 0 ? BAD : GOOD));
    const health = after(tries, HEALTHY, 0);
    expect(health.state).toBe('closed');
    // a tenth of 300, and half a retry a second
    expect(roomOf(health, 100, AT)).toEqual({ messages: 100, retries: 45 });
    const retried = after(times(45, { ...GOOD, isRetry: true }), { ...health, trouble: 0.3 }, 0);
    expect(roomOf({ ...retried, trouble: 0.3 }, 100, AT).retries).toBe(0);
    // nothing fails any more: all of it may go
    expect(roomOf(retried, 100, AT).retries).toBe(100);
  });

  it('lets one message through every five seconds while it is open, and closes after three good ones', () => {
    let health = after(times(20, BAD), HEALTHY, 0);
    expect(roomOf(health, 50, AT + 4_999).messages).toBe(0);
    expect(roomOf(health, 50, AT + 5_000).messages).toBe(1);
    health = probed(health, AT + 5_000);
    expect(health.state).toBe('half-open');
    expect(roomOf(health, 50, AT + 6_000).messages).toBe(0);
    health = afterTry(health, GOOD, AT + 6_000);
    // the next one at once
    expect(roomOf(health, 50, AT + 6_000).messages).toBe(1);
    for (const n of [1, 2]) health = afterTry(probed(health, AT + 6_000 + n), GOOD, AT + 6_000 + n);
    expect(health).toMatchObject({ state: 'closed', reason: null });
    expect(roomOf(health, 50, AT + 7_000).messages).toBe(50);
  });

  it('opens again when a probe fails; what was under way when it opened proves nothing', () => {
    const open = after(times(20, BAD), HEALTHY, 0);
    expect(after(times(9, GOOD), open, 0).state).toBe('open');
    const half = afterTry(probed(open, AT + 5_000), GOOD, AT + 5_100);
    expect(afterTry(half, BAD, AT + 5_200)).toMatchObject({ state: 'open', goodProbes: 0 });
  });

  it('is told nothing by a refusal for good or by silence', () => {
    const result = { phase: 'answered', providerRef: null, code: '550', detail: null } as const;
    expect(tryOf({ ...result, outcome: 'permanent' }, false).isFailed).toBe(false);
    expect(tryOf({ ...result, outcome: 'unknown', phase: 'data' }, false).isFailed).toBe(false);
    expect(tryOf({ ...result, outcome: 'transient', phase: 'none' }, true)).toMatchObject({
      isConnection: true,
      isRetry: true,
    });
    expect(tryOf({ ...result, outcome: 'transient', phase: 'envelope' }, false)).toMatchObject({
      isFailed: true,
      isConnection: false,
    });
  });
});
