/**
 * Every error code of Afterglow. The HTTP filter maps a code to a status and a problem type; docs/errors.md lists them all.
 * A code is stable: scripts and dashboards match on it.
 */
export const ERROR_CODES = [
  'validation',
  'malformed',
  'unauthenticated',
  'login.refused',
  'forbidden',
  'not_found',
  'conflict',
  'gone',
  'too_large',
  'unsupported_media_type',
  'method_not_allowed',
  'rate_limited',
  'unavailable',
  'timeout',
  'signature.invalid',
  'event.conflict',
  'event.invalid',
  'journey.invalid',
  'journey.endless',
  'journey.unchecked',
  'expression.invalid',
  'expression.failed',
  'template.invalid',
  'template.render',
  'delivery.permanent',
  'delivery.transient',
  'delivery.provider_down',
  'delivery.unknown',
  'clock.not_virtual',
  'clock.busy',
  'idempotency.in_progress',
  'idempotency.mismatch',
  'configuration',
  'internal',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** One fault inside a larger input. `pointer` is a JSON pointer (RFC 6901) or a document place such as `steps/2/settings/for`. */
export interface Fault {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
  /** For faults that show only when people are played through a journey. */
  readonly example?: FaultExample;
}

/** What the engine does in a story of one person because of a fault. */
export interface FaultExample {
  readonly outcome: string;
  readonly story: readonly { readonly type: string; readonly at: string; readonly data: unknown }[];
}

interface AfterglowErrorOptions {
  readonly cause?: unknown;
  readonly faults?: readonly Fault[];
  /** Seconds after which a retry makes sense; becomes Retry-After. */
  readonly retryAfterS?: number;
}

/** Base of all errors that may leave a lib. `message` says what happened, then what to do. */
export class AfterglowError extends Error {
  readonly faults: readonly Fault[];
  readonly retryAfterS: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: AfterglowErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.faults = options.faults ?? [];
    this.retryAfterS = options.retryAfterS;
  }
}

/** The same input will fail again: don't retry. */
export class PermanentError extends AfterglowError {}

/** Nothing was done and a later try may succeed. */
export class TransientError extends AfterglowError {}
