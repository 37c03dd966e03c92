import type { Instant } from '#app/domain';

/** What is left to do at the present instant, and when the next things fall due; null where nothing is planned. */
export interface Agenda {
  readonly inbox: boolean;
  /** Waits that are over, and people whom a date or a schedule lets in. */
  readonly timers: boolean;
  readonly messages: boolean;
  /** Of webhooks. */
  readonly calls: boolean;
  readonly nextTimer: Instant | null;
  readonly nextMessage: Instant | null;
  readonly nextCall: Instant | null;
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

  /** One look at what there is to do. Work that is under way counts as left. */
  abstract agenda(): Promise<Agenda>;

  /** Runs `work` alone in the whole installation; null when an advance is under way elsewhere. */
  abstract exclusively<T>(work: () => Promise<T>): Promise<T | null>;
}
