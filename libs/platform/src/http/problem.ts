import { AfterglowError, type ErrorCode, type Fault } from '#app/domain';
import { PROBLEM_TYPES } from './problem-types.js';

const MAX_FAULTS = 50;
const MAX_BODY_CHARACTERS = 8000;
const MAX_TEXT = 500;
/** What these codes say is for the operator's log alone. */
const SILENT = new Set<ErrorCode>(['internal', 'configuration']);
const CHALLENGES: Partial<Record<ErrorCode, string>> = {
  unauthenticated: 'Bearer realm="afterglow"',
  'login.refused': 'Bearer realm="afterglow"',
  'signature.invalid': 'Signature realm="webhooks"',
};
const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'timeout',
  409: 'conflict',
  413: 'too_large',
  414: 'too_large',
  415: 'unsupported_media_type',
  422: 'validation',
  429: 'rate_limited',
  431: 'too_large',
  503: 'unavailable',
};
/** Statuses that share a code with another one but are kept. */
const KEPT_STATUSES = new Set([414, 431]);

export interface ProblemAnswer {
  readonly code: ErrorCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The answer to an error of ours; `status` only where it differs from that of the code. */
export function problemOf(error: AfterglowError, requestId: string, status?: number): ProblemAnswer {
  const { code } = error;
  const type = PROBLEM_TYPES[code];
  const isSilent = SILENT.has(code);
  const problem = {
    type: `/problems/${code}`,
    title: type.title,
    status: status ?? type.status,
    detail: isSilent ? type.remedy : error.message.slice(0, MAX_TEXT),
    instance: `urn:uuid:${requestId}`,
    code,
  };
  return {
    code,
    status: problem.status,
    headers: headersOf(error),
    body: withFaults(problem, isSilent ? [] : error.faults),
  };
}

/** The answer to an error that the HTTP framework found: only its status is told, never its words. */
export function problemOfStatus(status: number, requestId: string): ProblemAnswer {
  const code = CODE_OF_STATUS[status] ?? (status >= 500 ? 'internal' : 'malformed');
  const { meaning, remedy } = PROBLEM_TYPES[code];
  return problemOf(
    new AfterglowError(code, `${meaning} ${remedy}`),
    requestId,
    KEPT_STATUSES.has(status) ? status : undefined,
  );
}

function headersOf({ code, retryAfterS }: AfterglowError): Record<string, string> {
  const needsRetryAfter = PROBLEM_TYPES[code].status === 503 || code === 'rate_limited';
  const retryAfter = retryAfterS ?? (needsRetryAfter ? 5 : undefined);
  const challenge = CHALLENGES[code];
  return {
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfter))) }),
    ...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
  };
}

function withFaults(problem: object, faults: readonly Fault[]): string {
  const errors = faults.slice(0, MAX_FAULTS).map(({ pointer, code, message, example }) => ({
    pointer: pointer.slice(0, MAX_TEXT),
    code: code.slice(0, MAX_TEXT),
    message: message.slice(0, MAX_TEXT),
    ...(example ? { example } : {}),
  }));
  for (;;) {
    const omitted = faults.length - errors.length;
    const body = JSON.stringify({
      ...problem,
      ...(faults.length > 0 ? { errors } : {}),
      ...(omitted > 0 ? { omitted } : {}),
    });
    if (body.length <= MAX_BODY_CHARACTERS || errors.length === 0) return body;
    errors.pop();
  }
}
