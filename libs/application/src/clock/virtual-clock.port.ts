import type { Instant } from '#app/domain';

export interface PendingWork {
  readonly inbox: boolean;
  readonly timers: boolean;
  readonly messages: boolean;
}

/** The stored instant that all processes take for the present while the clock is virtual. */
export abstract class VirtualClockPort {
  /** Null while the clock is real. */
  abstract read(): Promise<Instant | null>;

  /** Moves the clock; partitions for that time are made first. */
  abstract set(at: Instant): Promise<void>;

  /** What the database's own clock shows. */
  abstract wallTime(): Promise<Instant>;

  /** Back to real time. */
  abstract clear(): Promise<void>;

  /** Is anything left to do at the present instant? */
  abstract pending(): Promise<PendingWork>;

  /** The next instant at which something falls due; null when nothing is planned. */
  abstract nextDue(): Promise<Instant | null>;

  /** Runs `work` alone in the whole installation; null when an advance is under way elsewhere. */
  abstract exclusively<T>(work: () => Promise<T>): Promise<T | null>;
}
