import type { JourneyDocument, MessageClass, SurveyDefinition } from '#app/domain';
import type { CompiledTemplates } from '../../delivery/template-engine.port.js';
import type { Transaction } from '../../ports/unit-of-work.port.js';

export type JourneyState = 'draft' | 'live' | 'paused' | 'archived';

export interface StoredJourney {
  readonly id: string;
  readonly key: string;
  readonly state: JourneyState;
  readonly liveVersionId: string | null;
}

export interface LatestVersion {
  readonly id: string;
  readonly version: number;
  /** 64 hexadecimal digits. */
  readonly contentSha256: string;
  readonly document: JourneyDocument;
}

export interface NewVersion {
  readonly id: string;
  readonly document: JourneyDocument;
  readonly templates: CompiledTemplates;
  readonly contentSha256: string;
}

export interface JourneySummary {
  readonly key: string;
  readonly title: string;
  readonly class: MessageClass;
  readonly state: JourneyState;
  /** Number of the version that people enter now. */
  readonly liveVersion: number | null;
  readonly latestVersion: number;
  readonly waitingRuns: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface VersionSummary {
  readonly version: number;
  readonly isLive: boolean;
  readonly createdAt: Date;
  readonly document: JourneyDocument;
}

/** A journey as it stands in the shop. */
export interface ShopJourney {
  readonly key: string;
  readonly state: JourneyState;
  readonly liveVersion: number | null;
  readonly latestVersion: number;
  /** What people enter now; the latest version when none is live. */
  readonly document: JourneyDocument;
  readonly latest: JourneyDocument;
}

/** Journeys and their versions. */
export abstract class JourneyStore {
  /** The journey with this key, made as a draft when there is none; locked until the transaction ends. */
  abstract lockOrCreate(tx: Transaction, id: string, key: string, title: string): Promise<StoredJourney>;

  abstract find(tx: Transaction, key: string): Promise<StoredJourney | null>;

  /**
   * Waits until no worker decides on the present states of the shop's journeys, then locks this one; until the transaction ends
   * none starts to.
   */
  abstract lockForChange(tx: Transaction, key: string): Promise<StoredJourney | null>;

  abstract latestVersion(tx: Transaction, journeyId: string): Promise<LatestVersion | null>;

  /** Appends a version and returns its number; the journey takes over its title. */
  abstract addVersion(tx: Transaction, journeyId: string, version: NewVersion): Promise<number>;

  abstract setState(
    tx: Transaction,
    journeyId: string,
    state: JourneyState,
    liveVersionId: string | null,
  ): Promise<void>;

  /** Takes the journey's timers and queued messages out of the workers' sight, or back into it. */
  abstract setHeld(tx: Transaction, journeyId: string, isHeld: boolean): Promise<void>;

  /** Suppresses messages of the journey that nobody has claimed. */
  abstract suppressMessages(tx: Transaction, journeyId: string, reason: string): Promise<void>;

  /** Ends up to `limit` waiting runs, with a line of journal each and without their timers; returns how many. */
  abstract endRuns(tx: Transaction, journeyId: string, reason: string, limit: number): Promise<number>;

  /** Stores the definitions that answers are read by; an earlier one with the same key is replaced. */
  abstract saveSurveys(tx: Transaction, surveys: readonly SurveyDefinition[]): Promise<void>;

  /** Every journey, archived ones among them, by key; without the versions between the live one and the latest. */
  abstract current(tx: Transaction): Promise<ShopJourney[]>;

  /** By key. */
  abstract list(tx: Transaction): Promise<JourneySummary[]>;

  abstract summary(tx: Transaction, key: string): Promise<JourneySummary | null>;

  /** Newest first. */
  abstract versions(tx: Transaction, key: string): Promise<VersionSummary[]>;
}
