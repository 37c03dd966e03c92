import type { Instant, Medium } from '#app/domain';

/** How much an account may be given; null: any amount. */
export interface AccountLimits {
  /** Hand-overs a second, over all workers. */
  readonly perSecond: number | null;
  /** Hand-overs a day (UTC). */
  readonly perDay: number | null;
  readonly warmUp: WarmUp | null;
}

/** A sender that nobody knows begins with few messages, and grows from day to day. */
export interface WarmUp {
  /** First day, `YYYY-MM-DD` (UTC). */
  readonly from: string;
  /** Messages on that day. */
  readonly first: number;
  /** Each day so many times the day before. */
  readonly factor: number;
}

/** An account of a shop at a mail server or SMS provider. */
export interface ProviderAccount extends AccountLimits {
  readonly id: string;
  readonly medium: Medium;
  /** Code of the kind of channel that speaks to it. */
  readonly channel: string;
  readonly name: string;
  /** Its share of the shop's messages beside those of the others, 1 to 100. */
  readonly weight: number;
  readonly isPaused: boolean;
  readonly createdAt: Instant;
}

/** As those who hand over need it. */
export interface LiveAccount extends AccountLimits {
  readonly shopId: string;
  readonly id: string;
  readonly channel: string;
  /** See `accountContext`. */
  readonly sealedSettings: string;
  readonly weight: number;
  readonly isPaused: boolean;
  /** Of its settings, too. */
  readonly changedAt: Instant;
}

export function accountContext(id: string): string {
  return `provider-account|${id}`;
}

const DAY_MS = 86_400_000;

/** The most it may be given on a day: its quota, or less while it warms up. Before the first day of that it is given nothing. */
export function dailyLimit({ perDay, warmUp }: AccountLimits, now: Instant): number | null {
  if (warmUp === null) return perDay;
  const day = Math.floor(now / DAY_MS) - Math.floor(Date.parse(warmUp.from) / DAY_MS);
  const warm = day < 0 ? 0 : Math.floor(warmUp.first * warmUp.factor ** day);
  // beyond what a database counts there is no limit
  const limit = Math.min(perDay ?? Number.POSITIVE_INFINITY, warm);
  return limit > 2_000_000_000 ? null : limit;
}
