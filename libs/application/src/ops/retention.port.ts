/** For how many months each is kept; undefined: until a person is erased. */
export interface RetentionMonths {
  readonly bodiesMonths: number;
  readonly contentsMonths: number;
  readonly timelineMonths: number | undefined;
  readonly journalsMonths: number | undefined;
}

/** What is older than it is kept. */
export abstract class RetentionPort {
  /** Drops months that are over, as a whole; returns how many. */
  abstract dropMonths(): Promise<number>;

  /** Deletes texts of old messages, in batches; returns how many. */
  abstract forgetContents(): Promise<number>;
}
