import type { HandOverResult } from './channel.js';
import { type HandedMessage, putBack, recordOf } from './hand-over-outcome.js';
import { retryDelayMs } from './retry-delay.js';

const message: HandedMessage = {
  id: 'm',
  epoch: 3,
  attempts: 2,
  isRetry: false,
  medium: 'email',
  channel: 'email-smtp',
  accountId: null,
  addressFingerprint: 'ff',
};
const result = (outcome: HandOverResult['outcome'], changes: Partial<HandOverResult> = {}): HandOverResult => ({
  outcome,
  phase: 'answered',
  providerRef: null,
  code: null,
  detail: null,
  ...changes,
});
const most = (): number => 1;

describe('recordOf', () => {
  it('keeps the reference of what was sent', () => {
    expect(recordOf(message, result('sent', { providerRef: 'r' }), 7)).toMatchObject({
      id: 'm',
      epoch: 3,
      state: 'sent',
      reason: null,
      providerRef: 'r',
      attempt: { outcome: 'sent', durationMs: 7 },
    });
  });

  it('never tries an unknown outcome again', () => {
    expect(recordOf(message, result('unknown', { code: 'ETIMEDOUT', phase: 'data' }), 0)).toMatchObject({
      state: 'unknown',
      reason: 'ETIMEDOUT',
      delayMs: 0,
    });
  });

  it('fails a refused message and suppresses the address that caused it', () => {
    const record = recordOf(message, result('permanent', { code: '550 5.1.1', suppress: 'recipient' }), 0);
    expect(record).toMatchObject({
      state: 'failed',
      reason: '550 5.1.1',
      suppression: { medium: 'email', fingerprint: 'ff', scope: 'all' },
      deadLetter: null,
    });
    expect(recordOf(message, result('permanent', { suppress: 'opted-out' }), 0).suppression).toMatchObject({
      scope: 'non_service',
    });
    expect(recordOf(message, result('permanent'), 0).suppression).toBeNull();
  });

  it('tries again later, and gives up after eight tries', () => {
    expect(recordOf(message, result('transient', { code: '421' }), 0, most)).toMatchObject({
      state: 'queued',
      delayMs: 10_000,
      isUncounted: false,
    });
    expect(recordOf({ ...message, attempts: 8 }, result('transient'), 0)).toMatchObject({
      state: 'failed',
      reason: 'gave-up',
      deadLetter: { code: 'delivery.transient' },
    });
  });

  it('does not charge a message for a connection that never came about', () => {
    for (const phase of ['none', 'connected'] as const)
      expect(
        recordOf({ ...message, attempts: 8 }, result('transient', { phase, code: 'ECONNECTION' }), 0, most),
      ).toMatchObject({
        state: 'queued',
        reason: 'ECONNECTION',
        isUncounted: true,
      });
  });

  it('does not charge a message for a provider that is down', () => {
    expect(recordOf({ ...message, attempts: 8 }, result('provider_down'), 0, most)).toMatchObject({
      state: 'queued',
      isUncounted: true,
      delayMs: 30_000,
    });
  });
});

describe('putBack', () => {
  it('undoes the claim without a trace of an attempt', () => {
    expect(putBack(message)).toMatchObject({ state: 'queued', isUncounted: true, delayMs: 0, attempt: null });
  });
});

describe('retryDelayMs', () => {
  it('doubles up to half an hour and draws anything below', () => {
    expect([1, 2, 5, 20].map((attempt) => retryDelayMs(attempt, null, most))).toEqual([
      5_000, 10_000, 80_000, 1_800_000,
    ]);
    expect(retryDelayMs(5, null, () => 0)).toBe(0);
  });

  it('gives a greylisting server its five minutes', () => {
    expect(retryDelayMs(1, '450 4.2.0', () => 0)).toBe(300_000);
    expect(retryDelayMs(1, '20429', () => 0)).toBe(0);
  });
});
