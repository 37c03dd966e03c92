/** A webhook endpoint as the receiver needs it. */
export interface RegisteredSource {
  readonly shopId: string;
  readonly id: string;
  /** Code of its source kind. */
  readonly kind: string;
  /** Those valid now: several while a rotation is under way. */
  readonly secrets: readonly string[];
  readonly settings: unknown;
}

/** Finds a source before its shop is known. */
export abstract class SourceDirectory {
  /**
   * The source, or null when there is none of this id. May be up to one second old.
   * @throws TransientError `unavailable` when the database can't be reached
   */
  abstract find(sourceId: string): Promise<RegisteredSource | null>;

  /**
   * The database's wall time in milliseconds, carried forward by the monotonic clock: senders' time stamps are compared with
   * it. Known once `find` has found something.
   */
  abstract wallMs(): number;
}
