import type { Instant, JournalEntry, Json, MessageClass, Medium, RunState, SurveyDefinition } from '#app/domain';
import type { Transaction } from '../../ports/unit-of-work.port.js';

/** One passage of a customer (or order) through a journey version, as it is stored. */
export interface StoredRun {
  readonly id: string;
  readonly journeyId: string;
  readonly versionId: string;
  readonly customerId: string;
  /** Our id of the order; null when the entry event had none. */
  readonly orderId: string | null;
  readonly entryKey: string;
  /** Counts the entries with the same key, from 1. */
  readonly entryNumber: number;
  /** First day of the month in which the run started, `YYYY-MM-DD`: the partition of its journal. */
  readonly runMonth: string;
  readonly startedAt: Instant;
  readonly state: RunState;
  /** The journey is paused: what the run decides is stored, its timer and messages wait for the journey to resume. */
  readonly isHeld: boolean;
}

/** Who wants to enter what. */
export interface EntryWish {
  readonly journeyId: string;
  readonly entryKey: string;
}

/** What is known of earlier entries with a key. */
export interface EarlierEntries extends EntryWish {
  readonly count: number;
  readonly isWaiting: boolean;
}

/** Somebody's runs of one journey. */
export interface RunsOf {
  readonly journeyId: string;
  readonly customerId: string;
}

/** What became of a run in one transaction. */
export interface RunChange {
  readonly run: StoredRun;
  readonly isNew: boolean;
  readonly journal: readonly JournalEntry[];
  /** When it must be woken; null: no longer; undefined: as before. */
  readonly wakeAt: Instant | null | undefined;
}

/** `held_out`: the run is held out and the message is never sent; it would have been. */
export type PlannedState = 'queued' | 'suppressed' | 'expired' | 'held_out';

/** A message row as the runtime plans it. */
export interface PlannedMessage {
  readonly id: string;
  /** 64 hexadecimal digits. */
  readonly key: string;
  readonly run: StoredRun;
  readonly step: string;
  readonly visit: number;
  readonly medium: Medium;
  readonly class: MessageClass;
  readonly template: string;
  readonly survey: SurveyDefinition | null;
  /** Variables fixed when it was planned: `event` and `settings`. */
  readonly context: { readonly [name: string]: Json };
  readonly address: string | null;
  readonly state: PlannedState;
  readonly reason: string | null;
  readonly dueAt: Instant;
  readonly expiresAt: Instant | null;
}

export interface AddressOnMedium {
  readonly medium: Medium;
  /** 64 hexadecimal digits, see SecretPort.fingerprint. */
  readonly fingerprint: string;
}

export interface SuppressedAddress extends AddressOnMedium {
  readonly scope: 'all' | 'non_service';
}

/** Runs, their journals, timers and planned messages. Every method takes one statement a table, whatever the number of rows. */
export abstract class RunStore {
  /** Waiting runs of these people, locked in the order of their ids until the transaction ends. Runs of archived journeys are left out. */
  abstract lockWaiting(tx: Transaction, customerIds: readonly string[]): Promise<StoredRun[]>;

  /** Runs of these people and journeys that are over without having reached their goal, locked likewise. */
  abstract lockShortOfGoal(
    tx: Transaction,
    customerIds: readonly string[],
    journeyIds: readonly string[],
  ): Promise<StoredRun[]>;

  /**
   * Ids of the waiting runs that these people have in these journeys. Whoever asks next for one of the people waits until this
   * transaction ends, and sees what it began; the runs themselves aren't locked.
   */
  abstract lockUnderWay(tx: Transaction, asked: readonly RunsOf[]): Promise<(RunsOf & { readonly runId: string })[]>;

  /** Keys that were never used are left out. */
  abstract earlierEntries(tx: Transaction, wishes: readonly EntryWish[]): Promise<EarlierEntries[]>;

  /** Stores the new ones among these runs. Returns the ids of those that were not stored because their entry exists already. */
  abstract insert(tx: Transaction, changes: readonly RunChange[]): Promise<ReadonlySet<string>>;

  /** Stores what became of runs that exist by now, their journals and timers. */
  abstract save(tx: Transaction, changes: readonly RunChange[]): Promise<void>;

  /** A message whose key exists already is left out. */
  abstract planMessages(tx: Transaction, messages: readonly PlannedMessage[]): Promise<void>;

  /** Takes back messages of these runs that nobody has claimed. */
  abstract suppressQueued(tx: Transaction, runIds: readonly string[], reason: string): Promise<void>;

  /** Takes back what waits to go out about people who are erased: messages and calls that nobody hands over yet. */
  abstract suppressErased(tx: Transaction, customerIds: readonly string[]): Promise<void>;

  /** Those of the addresses that must not be written to. */
  abstract suppressed(tx: Transaction, addresses: readonly AddressOnMedium[]): Promise<SuppressedAddress[]>;
}
