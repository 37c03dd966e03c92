import type { EventType, Instant, RunState } from '#app/domain';
import type { TimelineEvent } from '../facts/facts-store.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import type { DealingsByPerson } from './dealings-of-then.js';
import type { RecordedSuppression } from './suppressions-of-then.js';

export interface JourneyVersionRef {
  readonly journeyId: string;
  readonly versionId: string;
}

export interface RecordedMessage {
  readonly customer: string;
  /** The sender's id of the order. */
  readonly order: string | null;
  readonly step: string;
  readonly dueAt: Instant;
  /** When it went out. */
  readonly at: Instant;
}

/** A stretch of time, its end left out. */
export interface Stretch {
  readonly from: Instant;
  readonly to: Instant;
}

/** Whom a journey may have concerned: who told of one of these events in the stretch, or got a message of it. */
export interface Concern {
  readonly journeyId: string;
  /** Null: everybody. */
  readonly triggers: readonly EventType[] | null;
  readonly stretch: Stretch;
}

/** People whom something of the history ties together, by id. */
export interface Kinship {
  readonly id: string;
  readonly other: string;
}

export interface Selection {
  readonly concern: Concern;
  /** Events received before. */
  readonly before: Instant;
  /** Names the cast of a person by one of its people; who is not in it is a cast of their own. Null: all are one cast. */
  readonly casts: ReadonlyMap<string, string> | null;
}

export interface HistoryPage {
  /** All events of a cast stand together, in the order in which they were received. */
  readonly events: readonly { readonly cast: string; readonly source: TimelineEvent }[];
  /** With the people of these events. */
  readonly dealings: DealingsByPerson;
  /** Number of all casts of the selection. */
  readonly casts: number;
}

/** What backtests read: the events of people in the order in which they were received, and what was sent to them meanwhile. */
export abstract class BacktestHistory {
  /** @param version a number; null: the latest; `live`: the one that people enter now. Null when there is none. */
  abstract findVersion(
    tx: Transaction,
    key: string,
    version: number | 'live' | null,
  ): Promise<JourneyVersionRef | null>;

  /** When people could first enter the journey; null before its first publication. */
  abstract firstPublished(tx: Transaction, journeyId: string): Promise<Instant | null>;

  /** People who share an order or an address. */
  abstract kinships(tx: Transaction, before: Instant): Promise<readonly Kinship[]>;

  /** Everything that happened to the people whom the journey concerns and to their casts, cast by cast. */
  abstract pages(tx: Transaction, selection: Selection): AsyncGenerator<HistoryPage>;

  /** Suppressed addresses, but for those that follow from what people said. */
  abstract suppressions(tx: Transaction): Promise<readonly RecordedSuppression[]>;

  /** Messages of the journey that were planned and went out in the stretch, by due time. */
  abstract sentBy(
    tx: Transaction,
    journeyId: string,
    people: readonly string[],
    stretch: Stretch,
  ): Promise<readonly RecordedMessage[]>;

  /** The newest event of this type of the person (and of the order, where one is named); null when there is none. */
  abstract lastEvent(
    tx: Transaction,
    type: string,
    customerId: string,
    orderExternalId: string | null,
  ): Promise<TimelineEvent | null>;

  /** Our id of whom an address or an order (the sender's id) belongs to; null where nobody does. */
  abstract findPerson(
    tx: Transaction,
    known: { readonly email: string } | { readonly order: string },
  ): Promise<string | null>;

  /** The person as present record with an order of theirs; null where there is no such person, or the order isn't theirs. */
  abstract findSubject(
    tx: Transaction,
    customerId: string,
    orderExternalId: string | null,
  ): Promise<{ readonly customerId: string; readonly orderId: string | null } | null>;

  /** The waiting run of the person (and order) in the journey that started last. */
  abstract waitingRun(
    tx: Transaction,
    journeyId: string,
    customerId: string,
    orderId: string | null,
  ): Promise<WaitingRun | null>;
}

export interface WaitingRun {
  readonly id: string;
  readonly versionId: string;
  readonly orderId: string | null;
  readonly entryKey: string;
  readonly entryNumber: number;
  readonly startedAt: Instant;
  readonly state: RunState;
  readonly wakeAt: Instant | null;
}
