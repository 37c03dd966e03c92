import type { Instant } from '#app/domain';
import type { JourneyState } from '../journeys/manage/journey-store.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

/** What became of a visit; each is in exactly one of these states. */
export const VISIT_STATES = ['sent', 'passed', 'heldOut', 'skipped', 'failed', 'waiting', 'exited'] as const;
export type VisitState = (typeof VISIT_STATES)[number];

export interface VisitFilter {
  readonly journeyId: string;
  /** Number of the version that the runs are on. */
  readonly version: number | null;
  /** Runs that started at this time or later. */
  readonly from: Instant | null;
  /** Runs that started before this time. */
  readonly to: Instant | null;
}

export interface VisitCount {
  readonly step: string;
  readonly state: VisitState;
  readonly reason: string | null;
  readonly n: number;
}

/** Null: any. */
export interface VisitsWanted extends VisitFilter {
  readonly step: string | null;
  readonly state: VisitState | null;
  readonly reason: string | null;
}

/** A visit as people look at it. */
export interface Visit {
  readonly customerId: string;
  readonly email: string | null;
  readonly runId: string;
  /** The sender's id of the order. */
  readonly order: string | null;
  readonly step: string;
  readonly visit: number;
  readonly state: VisitState;
  readonly reason: string | null;
  readonly at: Instant;
}

export interface VisitPage {
  readonly items: readonly Visit[];
  /** Opaque; null when this is the last page. */
  readonly next: string | null;
}

export interface JourneyOutline {
  readonly id: string;
  readonly key: string;
  readonly title: string;
  readonly state: JourneyState;
  /** Null before the first publication. */
  readonly liveVersionId: string | null;
  /** Newest first. */
  readonly versions: readonly {
    readonly id: string;
    readonly version: number;
    readonly steps: readonly { readonly id: string; readonly kind: string }[];
  }[];
}

/** Counts visits and lists the people behind each count, from the same rows. */
export abstract class Visits {
  abstract outline(tx: Transaction, key: string): Promise<JourneyOutline | null>;

  abstract counts(tx: Transaction, filter: VisitFilter): Promise<VisitCount[]>;

  /**
   * In the order in which the runs started.
   * @throws PermanentError `validation` for a cursor that no page of this list gave
   */
  abstract list(
    tx: Transaction,
    wanted: VisitsWanted,
    page: { readonly cursor: string | null; readonly limit: number },
  ): Promise<VisitPage>;
}
