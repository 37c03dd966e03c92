/** Chores that concern all shops. */
export abstract class HousekeepingPort {
  /** Expired leases: hand-overs of messages become unknown, mere claims and calls go back. */
  abstract reapLeases(): Promise<{ readonly unknown: number; readonly released: number }>;

  /** Partitions for the present month and the two after it; returns how many were missing. */
  abstract makePartitions(): Promise<number>;

  /** Deletes keys older than the dedupe window (wall time), in batches; returns how many went. */
  abstract forgetDedupeKeys(): Promise<number>;
}
