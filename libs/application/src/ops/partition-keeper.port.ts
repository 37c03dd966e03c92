import type { Instant } from '#app/domain';

/** Event-like tables are divided by month; a row can't be stored in a month that has no partition. */
export abstract class PartitionKeeper {
  /**
   * Makes the partitions for the month of `at` and the two after it; cheap when they exist. Called before business time moves on
   * and once a day by maintenance. @returns how many were made
   */
  abstract ensure(at: Instant): Promise<number>;
}
