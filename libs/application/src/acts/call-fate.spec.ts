import { callFate, MAX_CALL_ATTEMPTS } from './call-fate.js';
import type { CallAnswer } from './call-sender.port.js';

const claim = (attempts: number) => ({ shopId: 's', id: 'c', epoch: attempts, attempts });
const answered = (status: number, retryAfterS: number | null = null): CallAnswer => ({
  outcome: 'answered',
  status,
  text: 'x',
  retryAfterS,
});
const middle = () => 0.5;

describe('callFate', () => {
  it.each([200, 204, 299])('takes %d for success', (status) => {
    expect(callFate(claim(1), answered(status))).toMatchObject({ state: 'sent', reason: null, deadLetter: null });
  });

  it('ends with 410 and without a dead letter', () => {
    expect(callFate(claim(1), answered(410))).toMatchObject({ state: 'failed', reason: '410', deadLetter: null });
  });

  it.each([301, 400, 404, 429, 500, 503])('tries again after %d', (status) => {
    expect(callFate(claim(1), answered(status), middle)).toMatchObject({
      state: 'queued',
      reason: String(status),
      delayMs: 5_000,
    });
  });

  it('tries again after a timeout: the receiver recognises a repetition', () => {
    const answer = { outcome: 'unanswered', code: 'timeout', detail: 'no answer' } as const;
    expect(callFate(claim(2), answer, middle)).toMatchObject({ state: 'queued', reason: 'timeout', delayMs: 300_000 });
  });

  it('waits for as long as the receiver asks, a day at most', () => {
    expect(callFate(claim(1), answered(429, 90), middle).delayMs).toBe(90_000);
    expect(callFate(claim(1), answered(503, 9_999_999), middle).delayMs).toBe(86_400_000);
  });

  it('spreads tries by a fifth', () => {
    const delays = [0, 1].map((chance) => callFate(claim(3), answered(500), () => chance).delayMs);
    expect(delays).toEqual([1_440_000, 2_160_000]);
  });

  it('gives up after the last try, and at once where the address may not be called', () => {
    expect(callFate(claim(MAX_CALL_ATTEMPTS), answered(500))).toMatchObject({
      state: 'failed',
      reason: 'gave-up',
      deadLetter: { code: 'delivery.transient' },
    });
    expect(callFate(claim(1), { outcome: 'refused', detail: 'private' })).toMatchObject({
      state: 'failed',
      reason: 'address',
      deadLetter: { code: 'delivery.permanent', error: 'private' },
    });
  });
});
