import type { EventType } from '../event/event.js';
import type { JourneyDocument, Recheck, Schedule } from './document.js';
import type { Expression } from './expression.js';
import type { StepKind } from './step-kind.js';

/** Where a run goes when there is no further step; reserved, so no step may have this id. */
export const END = 'end';

export interface PlannedPattern {
  readonly event: EventType;
  readonly where: string | null;
}

/** What begins a journey. `journey`: of our own events only those that name this journey; null: whatever they name. */
export interface PlannedTrigger extends PlannedPattern {
  readonly journey: string | null;
}

/** A date that lets people enter. */
export interface PlannedDate {
  readonly type: 'date';
  readonly expression: string;
  /** Whose date it is. */
  readonly of: 'customer' | 'order';
  readonly isYearly: boolean;
  /** ISO 8601 duration. */
  readonly lead: string;
  /** `HH:mm` on the person's wall. */
  readonly at: string;
}

/** Times at which a segment is let in. */
export interface PlannedSchedule extends Schedule {
  readonly type: 'schedule';
}

export interface PlannedStep {
  readonly id: string;
  readonly kind: StepKind;
  /** Parsed by the kind's schema, placeholders filled in. */
  readonly settings: unknown;
  /** Step that follows unless the kind decides otherwise; `end` after the last. */
  readonly next: string;
}

/** A journey version that is ready to be decided on. Immutable; one per version, to be kept in memory. */
export interface JourneyPlan {
  readonly document: JourneyDocument;
  readonly trigger: PlannedTrigger;
  /** What brings the trigger about; null where senders or callers do. */
  readonly calendar: PlannedDate | PlannedSchedule | null;
  readonly audience: string | null;
  /** When the audience is asked again; null: on entry only. */
  readonly recheck: Recheck | null;
  /** 0 to 100, higher goes first. */
  readonly priority: number;
  readonly entryKey: string;
  readonly exitOn: readonly PlannedPattern[];
  readonly goal: (PlannedPattern & { readonly within: string }) | null;
  readonly first: string;
  readonly steps: ReadonlyMap<string, PlannedStep>;
  /** Every expression of the document by its source. */
  readonly expressions: ReadonlyMap<string, Expression>;
}
