import type { Fault, Finding, JourneyDocument } from '#app/domain';

/** Plain JSON, as it may be answered elsewhere. */
export interface CheckRequest {
  readonly documents: readonly JourneyDocument[];
  /** Live beside them; of a key that is asked about, its document counts. */
  readonly live: readonly JourneyDocument[];
  /** They may have faults, in their templates too; otherwise they are stored, and known to compile. */
  readonly areNew: boolean;
}

export interface CheckReport {
  readonly key: string;
  /** Why people can't be played through it. */
  readonly faults: readonly Fault[];
  /** Errors first. */
  readonly findings: readonly Finding[];
}

/** Plays made-up people through journeys. That is work for a processor, so nothing that is in a hurry waits in the same thread. */
export abstract class Checker {
  /**
   * A report on each document, in their order.
   * @throws TransientError `journey.unchecked` when it takes too long
   */
  abstract check(request: CheckRequest): Promise<readonly CheckReport[]>;
}
