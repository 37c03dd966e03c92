import type { Medium } from '#app/domain';
import type { HandOverResult } from './channel.js';
import type { HandOverRecord, NewSuppression } from './delivery-store.port.js';
import { isBeforeMessage } from './provider-health.js';
import { MAX_ATTEMPTS, retryDelayMs } from './retry-delay.js';

/** A message that stands behind the fence. */
export interface HandedMessage {
  readonly id: string;
  readonly epoch: number;
  readonly attempts: number;
  /** The provider has sent it back before. */
  readonly isRetry: boolean;
  readonly medium: Medium;
  readonly channel: string;
  readonly accountId: string | null;
  readonly addressFingerprint: string;
}

type Fate = Pick<HandOverRecord, 'state' | 'reason' | 'delayMs' | 'isUncounted' | 'deadLetter'>;

/** What the provider could not take comes back within this time, not all at once. */
const PROVIDER_PAUSE_MS = 30_000;

const ENDED = { delayMs: 0, isUncounted: false, deadLetter: null } as const;

/** What becomes of a message after a hand-over: pure, so that every outcome can be looked up in its spec. */
export function recordOf(
  message: HandedMessage,
  result: HandOverResult,
  durationMs: number,
  random?: () => number,
): HandOverRecord {
  const { outcome, phase, code, detail, providerRef } = result;
  return {
    id: message.id,
    epoch: message.epoch,
    ...fateOf(message, result, random),
    providerRef,
    attempt: { channel: message.channel, accountId: message.accountId, phase, outcome, code, detail, durationMs },
    suppression: suppressionOf(message, result),
  };
}

/** Too much time passed between the fence and the send: nothing was written, so the claim goes back as if it had not been made. */
export function putBack({ id, epoch }: HandedMessage): HandOverRecord {
  return {
    id,
    epoch,
    state: 'queued',
    reason: null,
    delayMs: 0,
    isUncounted: true,
    providerRef: null,
    attempt: null,
    suppression: null,
    deadLetter: null,
  };
}

function fateOf({ attempts }: HandedMessage, result: HandOverResult, random: () => number = Math.random): Fate {
  const { outcome, phase, code, detail } = result;
  switch (outcome) {
    case 'sent':
      return { ...ENDED, state: 'sent', reason: null };
    case 'permanent':
      return { ...ENDED, state: 'failed', reason: code ?? 'refused' };
    case 'unknown':
      return { ...ENDED, state: 'unknown', reason: code ?? 'no-answer' };
    case 'provider_down':
      return waitFor(code ?? 'provider-down', random);
    case 'transient':
      if (isBeforeMessage(phase)) return waitFor(code ?? 'no-connection', random);
      if (attempts >= MAX_ATTEMPTS) {
        const error = `Given up after ${attempts} tries; the last answer was: ${detail ?? code ?? 'none'}`;
        return { ...ENDED, state: 'failed', reason: 'gave-up', deadLetter: { code: 'delivery.transient', error } };
      }
      return { ...ENDED, state: 'queued', reason: code ?? 'try-again', delayMs: retryDelayMs(attempts, code, random) };
  }
}

/** It isn't the message's fault, so the try doesn't count; when the provider takes anything again its guard finds out. */
function waitFor(reason: string, random: () => number): Fate {
  return { ...ENDED, state: 'queued', reason, isUncounted: true, delayMs: Math.round(random() * PROVIDER_PAUSE_MS) };
}

function suppressionOf(
  { medium, addressFingerprint }: HandedMessage,
  { suppress, code }: HandOverResult,
): NewSuppression | null {
  if (suppress === undefined) return null;
  const scope = suppress === 'recipient' ? 'all' : 'non_service';
  return { medium, fingerprint: addressFingerprint, scope, reason: code === null ? suppress : `${suppress} ${code}` };
}
