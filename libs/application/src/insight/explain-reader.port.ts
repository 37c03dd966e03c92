import type {
  ContactFacts,
  EventView,
  Instant,
  JournalEntry,
  Medium,
  RunStatus,
  ShopFacts,
  WrittenFacts,
} from '#app/domain';
import type { TimelineEvent } from '../facts/facts-store.port.js';
import type { JourneyState } from '../journeys/manage/journey-store.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

/** A state of a journey, from `at` until the next one. */
export interface JourneyPeriod {
  readonly at: Instant;
  /** Wall time, which goes on while a virtual clock stands still. */
  readonly notedAt: Instant;
  readonly state: JourneyState;
  /** The version that people entered, where the state is `live`. */
  readonly liveVersionId: string | null;
}

export interface RunToExplain {
  readonly id: string;
  readonly versionId: string;
  readonly version: number;
  readonly entryKey: string;
  readonly entry: EventView;
  /** The sender's id of the order. */
  readonly order: string | null;
  readonly status: RunStatus;
  readonly step: string | null;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly endReason: string | null;
  /** The wait under way; null when the run is over or waits for an event alone. */
  readonly timer: { readonly dueAt: Instant; readonly isHeld: boolean; readonly isDead: boolean } | null;
  readonly journal: readonly JournalEntry[];
}

export interface MessageToExplain {
  readonly id: string;
  readonly runId: string;
  readonly step: string;
  readonly visit: number;
  readonly medium: Medium;
  readonly class: string;
  readonly state: string;
  readonly reason: string | null;
  readonly address: string | null;
  readonly isHeld: boolean;
  readonly dueAt: Instant;
  /** It isn't tried before. */
  readonly notBefore: Instant;
  readonly sentAt: Instant | null;
  /** What the contact rules said each time it was to go out, oldest first. */
  readonly verdicts: readonly VerdictToExplain[];
}

export interface VerdictToExplain {
  readonly at: Instant;
  readonly verdict: 'go' | 'defer' | 'skip';
  /** Null for `go`. */
  readonly reason: string | null;
  /** When it is tried next, for `defer`. */
  readonly until: Instant | null;
  readonly facts: ContactFacts | null;
}

export interface EarlierRun {
  readonly id: string;
  readonly entryKey: string;
  readonly entryEventId: string;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
}

/** Another journey was to start this one for a person, and it was not started. */
export interface RefusedStart {
  readonly at: Instant;
  /** Key of the other journey. */
  readonly by: string;
  readonly run: string;
  readonly refused: string;
  readonly detail: string | null;
}

/** What an explanation is made of. */
export abstract class ExplainReader {
  /** A person's events in the order in which they were received, from the first one on. */
  abstract events(tx: Transaction, customerId: string, limit: number): Promise<TimelineEvent[]>;

  /** What journeys wrote about a person. */
  abstract written(tx: Transaction, customerId: string): Promise<WrittenFacts | undefined>;

  /** Oldest first. */
  abstract periods(tx: Transaction, journeyId: string): Promise<JourneyPeriod[]>;

  /** A person's runs through a journey with their journals, newest first; `order`: the sender's id. */
  abstract runs(
    tx: Transaction,
    of: { readonly customerId: string; readonly journeyId: string; readonly order: string | null },
    limit: number,
  ): Promise<RunToExplain[]>;

  /** In the order in which they fell due. */
  abstract messages(tx: Transaction, runIds: readonly string[]): Promise<MessageToExplain[]>;

  /** Runs that used these entry keys, whoever's they are; in the order in which they started. */
  abstract earlierRuns(tx: Transaction, journeyId: string, entryKeys: readonly string[]): Promise<EarlierRun[]>;

  /** Oldest first. */
  abstract refusedStarts(
    tx: Transaction,
    of: { readonly customerId: string; readonly journey: string; readonly order: string | null },
    limit: number,
  ): Promise<RefusedStart[]>;

  abstract shop(tx: Transaction): Promise<{ readonly facts: ShopFacts; readonly isPaused: boolean }>;
}
