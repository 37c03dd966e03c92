/** How PostgreSQL gets on with clearing away rows that are done. */
export interface Upkeep {
  /** For how long the oldest transaction has been open beside which nothing can be cleared away; 0 when there is none. */
  readonly oldestTransactionS: number;
  readonly deadRows: number;
  readonly liveRows: number;
}

/** Chores that concern all shops. */
export abstract class HousekeepingPort {
  /** Expired leases: hand-overs of messages become unknown, mere claims and calls go back. */
  abstract reapLeases(): Promise<{ readonly unknown: number; readonly released: number }>;

  /** Notes what became of runs that are over, so that nobody reads their visits to count them; returns of how many. */
  abstract foldEnded(): Promise<number>;

  /** Notes the same of the steps behind those who wait for long; reads everybody who waits and isn't noted. */
  abstract foldWaiting(): Promise<number>;

  /** Partitions for the present month and the two after it; returns how many were missing. */
  abstract makePartitions(): Promise<number>;

  /** Deletes keys older than the dedupe window (wall time), in batches; returns how many went. */
  abstract forgetDedupeKeys(): Promise<number>;

  /** Deletes what calls with keys of their own were answered more than two days ago; returns how many went. */
  abstract forgetIdempotencyKeys(): Promise<number>;

  /** Deletes what is known of addresses from which nothing that counts has come back, in batches; returns how many went. */
  abstract forgetSoftBounces(): Promise<number>;

  /** Keeps what events of the last hours say of consent and a worker of the version before left out; returns how much it was. */
  abstract keepConsents(hours: number): Promise<number>;

  abstract upkeep(): Promise<Upkeep>;
}
