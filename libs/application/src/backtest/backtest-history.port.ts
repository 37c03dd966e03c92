import type { Instant, IsoDate, RunState } from '#app/domain';
import type { TimelineEvent } from '../facts/facts-store.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import type { RecordedSuppression } from './suppressions-of-then.js';

/** A place in the history: after this event. */
export interface HistoryPlace {
  readonly receivedAt: string;
  readonly inboxId: string;
  readonly ordinal: number;
}

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
}

export interface RecordedContact {
  readonly customer: string;
  readonly journey: string;
  readonly day: IsoDate;
}

export interface RecordedPage<T> {
  readonly items: readonly T[];
  /** Opaque; null after the last page. */
  readonly next: string | null;
}

/** A stretch of time, its end left out. */
export interface Stretch {
  readonly from: Instant;
  readonly to: Instant;
}

/** What backtests read: the events of a shop in the order in which they were received, and what was sent meanwhile. */
export abstract class BacktestHistory {
  /** @param version a number; null: the latest; `live`: the one that people enter now. Null when there is none. */
  abstract findVersion(
    tx: Transaction,
    key: string,
    version: number | 'live' | null,
  ): Promise<JourneyVersionRef | null>;

  /** Number of events received before this time. */
  abstract count(tx: Transaction, before: Instant): Promise<number>;

  abstract events(
    tx: Transaction,
    after: HistoryPlace | null,
    before: Instant,
    limit: number,
  ): Promise<readonly TimelineEvent[]>;

  /** Suppressed addresses, but for those that follow from what people said. */
  abstract suppressions(tx: Transaction): Promise<readonly RecordedSuppression[]>;

  /** Messages of the journey that went out, of runs that started in the stretch and due in it, by due time. */
  abstract sentBy(
    tx: Transaction,
    journeyId: string,
    stretch: Stretch,
    cursor: string | null,
  ): Promise<RecordedPage<RecordedMessage>>;

  /** Messages of the shop's other journeys that went out in the stretch; days are those of the shop's zone. */
  abstract sentByOthers(
    tx: Transaction,
    journeyId: string,
    stretch: Stretch,
    cursor: string | null,
  ): Promise<RecordedPage<RecordedContact>>;

  /** The newest event of this type of the person (and of the order, where one is named); null when there is none. */
  abstract lastEvent(
    tx: Transaction,
    type: string,
    customerId: string,
    orderExternalId: string | null,
  ): Promise<TimelineEvent | null>;

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
