import type { Instant } from '#app/domain';

/** Two clocks that nobody should be able to move apart. */
export abstract class ComparedClocks {
  /** The database's wall clock, by which leases run; never virtual. */
  abstract databaseNow(): Promise<Instant>;

  /** Milliseconds since the machine was started, those in which it slept included; nobody sets this clock. */
  abstract elapsedMs(): number;
}
