import type { Instant, IsoDate } from '#app/domain';
import type { Transaction } from '../../ports/unit-of-work.port.js';

/** Whose date lets them enter which journey. */
export interface DateSubject {
  readonly journeyId: string;
  /** Id of the customer, or of the order whose date it is. */
  readonly subjectId: string;
}

/** A date that lies ahead. */
export interface ComingDate extends DateSubject {
  readonly customerId: string;
  /** Our id; null where the date is the person's own. */
  readonly orderId: string | null;
  /** Business time at which the person enters. */
  readonly dueAt: Instant;
  /** The day itself. */
  readonly date: IsoDate;
}

/**
 * A walk through everybody, page by page. `dates`: to find out when each of them enters, once after a publication. `segment`: to
 * let in those for whom the segment holds, at each time of the schedule.
 */
export interface JourneyWalk {
  readonly journeyId: string;
  readonly purpose: 'dates' | 'segment';
  readonly dueAt: Instant;
  /** The last customer or order of the page before; null before the first. */
  readonly seen: string | null;
}

export interface WalkedOrder {
  readonly customerId: string;
  /** Our id. */
  readonly orderId: string;
}

/** Why an entry could not be carried out. */
export interface EntryFailure {
  readonly code: string;
  readonly error: string;
  /** No further try would help. */
  readonly isFinal: boolean;
}

/** When journeys let people in that begin by no event of a sender: rows, as timers are. Read and written under the intake's lock. */
export abstract class CalendarStore {
  /** The shop whose entry has been due longest, unless it is paused; null when nothing is due. Takes a transaction across shops. */
  abstract nextShop(tx: Transaction): Promise<string | null>;

  /** Dates that have come, the longest due first. */
  abstract dueDates(tx: Transaction, limit: number): Promise<ComingDate[]>;

  /** The walk that has been due longest. */
  abstract dueWalk(tx: Transaction): Promise<JourneyWalk | null>;

  /** Notes dates, or moves them. One that has come already stays, to be looked at when its turn is. */
  abstract keepDates(tx: Transaction, dates: readonly ComingDate[]): Promise<void>;

  /** Puts the next date in place of one that has come. */
  abstract moveDates(tx: Transaction, dates: readonly ComingDate[]): Promise<void>;

  abstract dropDates(tx: Transaction, subjects: readonly DateSubject[]): Promise<void>;

  /** Begins a walk, in place of another one of the journey. A segment whose turn it is goes on where it stands. */
  abstract beginWalk(tx: Transaction, walk: JourneyWalk): Promise<void>;

  abstract moveWalk(tx: Transaction, walk: JourneyWalk): Promise<void>;

  /** Goes on past somebody. False, and nothing is done, when too many in a row were passed over: then it isn't them. */
  abstract passOver(tx: Transaction, journeyId: string, subjectId: string): Promise<boolean>;

  abstract endWalk(tx: Transaction, journeyId: string): Promise<void>;

  /** Ids of customers in the order of their ids; records that were merged into others are left out. */
  abstract customers(tx: Transaction, after: string | null, limit: number): Promise<string[]>;

  /** Orders whose customer is known, in the order of their ids. */
  abstract orders(tx: Transaction, after: string | null, limit: number): Promise<WalkedOrder[]>;

  /** Leaves the date, or else the walk, that is due longest for a later try, or sets it aside as a dead letter. */
  abstract setAside(tx: Transaction, failure: EntryFailure): Promise<void>;

  /** When a person enters by a date, for people to read; null when no date is known. */
  abstract comingDate(tx: Transaction, journeyId: string, customerId: string): Promise<ComingDate | null>;

  /** The journey's walk, for people to read. */
  abstract walkOf(tx: Transaction, journeyId: string): Promise<JourneyWalk | null>;
}
