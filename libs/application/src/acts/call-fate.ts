import type { CallAnswer } from './call-sender.port.js';
import type { CallRecord, ClaimedCall } from './call-store.port.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** The schedule that Standard Webhooks recommends: a receiver may be away for three days. */
const DELAYS_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
] as const;
export const MAX_CALL_ATTEMPTS = DELAYS_MS.length + 1;
/** Calls that failed together don't come back together. */
const JITTER = 0.2;
const MAX_RETRY_AFTER_MS = 24 * HOUR_MS;
const GONE = 410;

const UNTRIED = { delayMs: 0, isUncounted: true, isHeld: false, status: null, answer: null, deadLetter: null } as const;

/** The claim goes back as if it had not been made. */
export function putCallBack(claim: ClaimedCall, isHeld: boolean): CallRecord {
  return { ...UNTRIED, claim, state: 'queued', reason: null, isHeld };
}

export function suppressCall(claim: ClaimedCall, reason: string): CallRecord {
  return { ...UNTRIED, claim, state: 'suppressed', reason };
}

/**
 * What becomes of a call after a try. 2xx is success, 410 ends it; everything else is tried again, a redirect and a timeout too:
 * the receiver recognises a repetition by its id.
 */
export function callFate(claim: ClaimedCall, answer: CallAnswer, random: () => number = Math.random): CallRecord {
  const ended = { claim, delayMs: 0, isUncounted: false, isHeld: false, deadLetter: null };
  if (answer.outcome === 'refused') {
    const deadLetter = { code: 'delivery.permanent', error: answer.detail };
    return { ...ended, state: 'failed', reason: 'address', status: null, answer: answer.detail, deadLetter };
  }
  const isAnswered = answer.outcome === 'answered';
  const status = isAnswered ? answer.status : null;
  const text = isAnswered ? answer.text : answer.detail;
  const said = { ...ended, status, answer: text };
  if (status !== null && status >= 200 && status < 300) return { ...said, state: 'sent', reason: null };
  if (status === GONE) return { ...said, state: 'failed', reason: String(GONE) };
  const reason = isAnswered ? String(answer.status) : answer.code;
  if (claim.attempts >= MAX_CALL_ATTEMPTS) {
    const error = `Given up after ${claim.attempts} tries; the last one ended with ${reason}: ${text}`;
    return { ...said, state: 'failed', reason: 'gave-up', deadLetter: { code: 'delivery.transient', error } };
  }
  return { ...said, state: 'queued', reason, delayMs: delayOf(claim.attempts, answer, random) };
}

function delayOf(attempts: number, answer: CallAnswer, random: () => number): number {
  const base = DELAYS_MS[attempts - 1] ?? 0;
  const own = Math.round(base * (1 - JITTER + 2 * JITTER * random()));
  const asked = answer.outcome === 'answered' && answer.retryAfterS !== null ? answer.retryAfterS * SECOND_MS : 0;
  return Math.max(own, Math.min(asked, MAX_RETRY_AFTER_MS));
}
