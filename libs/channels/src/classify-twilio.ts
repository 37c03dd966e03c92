import type { HandOverResult } from '#app/application';

/** What is known of a message that Twilio did not take with a 2xx. */
export interface TwilioFailure {
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** Twilio's own error code. */
  readonly code: number | null;
  /** Error code of the socket, such as ECONNREFUSED. */
  readonly socketCode: string | null;
}

export type TwilioVerdict = Pick<HandOverResult, 'outcome' | 'suppress'>;

const VERDICTS: readonly (readonly [codes: readonly number[], verdict: TwilioVerdict])[] = [
  // account, credentials, sender: a setting of this installation
  [[20003, 20404, 30002, 21603, 21606, 21659, 21660], { outcome: 'provider_down' }],
  // the same of WhatsApp: credentials, no such sender, not approved
  [[63001, 63002, 63007, 63010, 63020], { outcome: 'provider_down' }],
  // queue full, rate and day caps
  [[30001, 30022, 30023, 63018, 63038], { outcome: 'provider_down' }],
  // no such number, not a mobile, unknown, landline
  [[21211, 21217, 21614, 21635, 30005, 30006], { outcome: 'permanent', suppress: 'recipient' }],
  // nobody on WhatsApp
  [[63003, 63024], { outcome: 'permanent', suppress: 'recipient' }],
  // 63014: has blocked the sender on WhatsApp
  [[21610, 63014], { outcome: 'permanent', suppress: 'opted-out' }],
  // region not permitted, no route, unregistered sender, filtered, blocked
  [[21408, 21612, 30034, 30004, 30007], { outcome: 'permanent' }],
  // outside the 24 hours, content or template refused, not delivered by Meta's choice
  [[63013, 63016, 63021, 63027, 63028, 63030, 63032, 63049], { outcome: 'permanent' }],
  // handset off: may be on again later
  [[30003], { outcome: 'transient' }],
  // Twilio doesn't retry these itself, lest the person gets it twice
  [[30008, 30036, 30410], { outcome: 'permanent' }],
  [[20500, 30500], { outcome: 'unknown' }],
];
const BY_CODE = new Map(VERDICTS.flatMap(([codes, verdict]) => codes.map((code) => [code, verdict] as const)));

/** Without a code of Twilio's: credentials, permission or URL are wrong. */
const ACCOUNT_STATUSES = new Set([401, 403, 404]);

/** The connection was never made, so nothing was written. */
const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH']);

/**
 * What a failure means. Creating a message isn't idempotent at Twilio: only a 429 is known not to have been processed; an answer
 * of 5xx, or none, may hide a message that is on its way.
 */
export function classifyTwilio({ status, code, socketCode }: TwilioFailure): TwilioVerdict {
  if (status === null)
    return { outcome: socketCode !== null && NEVER_CONNECTED.has(socketCode) ? 'transient' : 'unknown' };
  if (status === 429 || code === 20429) return { outcome: 'transient' };
  if (status >= 500) return { outcome: 'unknown' };
  const known = code === null ? undefined : BY_CODE.get(code);
  if (known) return known;
  if (ACCOUNT_STATUSES.has(status)) return { outcome: 'provider_down' };
  return { outcome: status >= 400 ? 'permanent' : 'unknown' };
}
