import type { ErrorCode } from '#app/domain';

export interface ProblemType {
  readonly status: number;
  readonly title: string;
  readonly meaning: string;
  readonly remedy: string;
}

const problem = (status: number, title: string, meaning: string, remedy: string): ProblemType => ({
  status,
  title,
  meaning,
  remedy,
});

/** What each error code is on the wire. docs/errors.md and GET /problems/<code> are made from this table. */
export const PROBLEM_TYPES: Readonly<Record<ErrorCode, ProblemType>> = {
  validation: problem(
    422,
    'Request is not valid',
    'The request could be read, but one or more fields are not acceptable.',
    'Mend the fields named in `errors` and send it again.',
  ),
  malformed: problem(
    400,
    'Request cannot be read',
    'The request is no HTTP, JSON or UTF-8 that can be read, or has a key twice.',
    'Send well-formed data; sending the same again fails again.',
  ),
  unauthenticated: problem(
    401,
    'Key or session is missing or not known',
    'No API key and no session was given, or the one given is unknown, revoked or over.',
    'Send `Authorization: Bearer <key>` with a key that is in force, or sign in.',
  ),
  'login.refused': problem(
    401,
    'Signing in was refused',
    'The address and the password do not belong together, or the identity provider names nobody who may sign in.',
    'Check both, or ask an owner of the shop for an invitation.',
  ),
  forbidden: problem(
    403,
    'Key may not do this',
    'The key is known but its role does not allow this call.',
    'Use a key with the role that the call needs.',
  ),
  not_found: problem(
    404,
    'Not found',
    'Nothing stands at this address, or nothing that this key may see.',
    'Check the address and the id.',
  ),
  conflict: problem(
    409,
    'Conflict with the present state',
    'The thing exists already or is in a state that forbids this.',
    'Read its present state, then decide again.',
  ),
  gone: problem(410, 'No longer available', 'The link or the thing has expired.', 'Ask for a new link.'),
  too_large: problem(
    413,
    'Too large',
    'The body, the address (414) or the headers (431) exceed the limit.',
    'Send less at once: webhooks take 256 kB, API calls 64 kB, event batches and journeys 1 MB.',
  ),
  unsupported_media_type: problem(
    415,
    'Media type is not accepted here',
    'The Content-Type or charset is not one this address takes, or the body is compressed.',
    'Send uncompressed UTF-8 in a type the API documents for this call.',
  ),
  method_not_allowed: problem(
    405,
    'Method is not allowed here',
    'The address exists, but not with this HTTP method.',
    'Use a method named in the `Allow` header.',
  ),
  rate_limited: problem(
    429,
    'Too many requests',
    'More requests came than this key or source may send.',
    'Wait for the seconds in `Retry-After`.',
  ),
  unavailable: problem(
    503,
    'Not available at the moment',
    'The database cannot be used, or the process is starting or stopping. Nothing was stored.',
    'Send the same again after the seconds in `Retry-After`.',
  ),
  timeout: problem(
    408,
    'Request took too long',
    'The request did not arrive completely within 10 seconds.',
    'Send it again, faster.',
  ),
  'signature.invalid': problem(
    401,
    'Signature is not valid',
    'The webhook is not signed, or not with the secret of this source, or its time is off by more than the tolerance.',
    "Check the source's secret and the sender's clock. The body is checked byte by byte: nothing between may change it.",
  ),
  'event.conflict': problem(
    409,
    'Event id was used for another event',
    'An event with this id but another body was accepted before.',
    'Give each event an id of its own; send a repetition unchanged.',
  ),
  'event.invalid': problem(
    422,
    'Event is not valid',
    'The event has an unknown type, or its data does not fit the type.',
    'Mend the fields named in `errors`.',
  ),
  'journey.invalid': problem(
    422,
    'Journey is not valid',
    'The journey document has faults.',
    'Mend each place named in `errors`.',
  ),
  'journey.endless': problem(
    422,
    'Journey does not come to rest',
    'A run went through too many steps at one instant: the steps go in a circle without a wait.',
    'Put a wait or an exit into the circle.',
  ),
  'journey.unchecked': problem(
    503,
    'Journey was not checked',
    'Checking what a journey does took longer than it may, so it was ended; nothing was published.',
    'Try again; if it is the same journey again, make it smaller: fewer branches, shorter conditions.',
  ),
  'expression.invalid': problem(
    422,
    'Expression is not valid',
    'A CEL expression cannot be compiled or does not give true or false.',
    'Mend the expression at the place named in `errors`.',
  ),
  'expression.failed': problem(
    422,
    'Expression failed',
    'A CEL expression failed on the facts at hand.',
    'Guard it with has(…) for facts that may be missing.',
  ),
  'template.invalid': problem(
    422,
    'Template is not valid',
    'A Liquid or MJML template cannot be compiled.',
    'Mend the template at the place named in `errors`.',
  ),
  'template.render': problem(
    422,
    'Template failed',
    'A template failed on the facts at hand, or exceeded its limits.',
    'Guard it against missing facts; make it smaller.',
  ),
  'delivery.permanent': problem(
    422,
    'Provider refuses the message',
    'The provider refused the message for good.',
    'Read the reason on the message; sending the same again fails again.',
  ),
  'delivery.transient': problem(
    503,
    'Provider refuses for now',
    'The provider took nothing and may take it later; the message is tried again by itself.',
    'Wait.',
  ),
  'delivery.provider_down': problem(
    503,
    'Provider cannot be used',
    'The provider cannot be reached or refuses our account; messages wait.',
    "Check the provider's settings and status.",
  ),
  'delivery.unknown': problem(
    502,
    'Outcome of the hand-over is not known',
    'The provider may or may not have taken the message; it is not sent again by itself.',
    "Look at the provider's log, then settle the message.",
  ),
  'clock.not_virtual': problem(
    404,
    'The clock is real',
    'Only a virtual clock can be read and moved here.',
    'Start with CLOCK=virtual.',
  ),
  'clock.busy': problem(
    409,
    'The clock cannot be moved',
    'The clock is being moved already, or was asked to go back.',
    'Wait for the advance that is running; advance to a later time.',
  ),
  'idempotency.in_progress': problem(
    409,
    'Call is still under way',
    'A call with this Idempotency-Key came before and has not been answered yet.',
    'Send the same again after the seconds in `Retry-After`.',
  ),
  'idempotency.mismatch': problem(
    422,
    'Key stands for another call',
    'The Idempotency-Key was sent before with another address or body, or by another caller.',
    'Give each call a key of its own; send a repetition unchanged.',
  ),
  configuration: problem(
    500,
    'Installation is not set up rightly',
    'A setting is missing or wrong.',
    'Read the log of the process; it names the setting.',
  ),
  internal: problem(
    500,
    'Internal error',
    'Something failed that should not; the log has the details under the request id.',
    'Report it with the id in `instance`.',
  ),
};
