import { type RateKind, RateLimits } from '#app/application';
import { TransientError } from '#app/domain';

const MINUTE_MS = 60_000;
/** Of one kind. A bucket that is full again says nothing, so only those who came within the last minute need one. */
const MAX_BUCKETS = 50_000;

const REMEDIES: Readonly<Record<RateKind, string>> = {
  key: 'This API key sends too many requests. Send fewer at once, or put events together into lists.',
  shop: 'The API keys of this shop send too many requests. Send fewer at once, or put events together into lists.',
  source: 'This source sends too many webhooks at once. Send them again later.',
  guess: 'Too many requests came from this address with keys that are not valid. Check the key.',
  forgery: 'Too many requests came from this address with signatures that do not match. Check the auth token.',
  page: 'Too many requests came from this address. Try again later.',
  link: 'This link is opened too often. Try again later.',
  code: 'This code is used too often at the moment. Try again later.',
};

/**
 * Token buckets that hold a minute's worth: who was quiet may send that much at once, then one after the other. A bucket is one
 * number, the moment at which it is full again (GCRA).
 */
export class TokenBuckets extends RateLimits {
  private readonly fullAtMs = new Map<RateKind, Map<string, number>>();

  constructor(
    private readonly perMinute: Readonly<Record<RateKind, number>>,
    /** Milliseconds of a clock that never jumps. */
    private readonly nowMs: () => number = () => performance.now(),
    private readonly maxBuckets = MAX_BUCKETS,
  ) {
    super();
  }

  take(kind: RateKind, who: string, cost = 1): void {
    const nowMs = this.nowMs();
    const buckets = this.bucketsOf(kind);
    const fullAtMs = Math.max(buckets.get(who) ?? nowMs, nowMs);
    // nothing costs more than a whole bucket, or it would never be let through
    const costMs = Math.min((cost * MINUTE_MS) / this.perMinute[kind], MINUTE_MS);
    const waitMs = fullAtMs + costMs - nowMs - MINUTE_MS;
    if (waitMs > 0) throw new TransientError('rate_limited', REMEDIES[kind], { retryAfterS: waitMs / 1_000 });
    if (buckets.size >= this.maxBuckets && !buckets.has(who)) makeRoom(buckets, nowMs);
    buckets.set(who, fullAtMs + costMs);
  }

  private bucketsOf(kind: RateKind): Map<string, number> {
    const known = this.fullAtMs.get(kind);
    if (known !== undefined) return known;
    const made = new Map<string, number>();
    this.fullAtMs.set(kind, made);
    return made;
  }
}

/** Forgets the buckets that are full, then the oldest tenth: a flood of strangers must not cost memory without end. */
function makeRoom(buckets: Map<string, number>, nowMs: number): void {
  const size = buckets.size;
  for (const [who, fullAtMs] of buckets) if (fullAtMs <= nowMs) buckets.delete(who);
  const tooMany = buckets.size - Math.floor(size * 0.9);
  let forgotten = 0;
  for (const who of buckets.keys()) {
    if (forgotten >= tooMany) break;
    buckets.delete(who);
    forgotten += 1;
  }
}
