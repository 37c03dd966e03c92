import type { EventType } from '../event/event.js';
import type { JourneyDocument, Recheck } from './document.js';
import type { Expression } from './expression.js';
import type { StepKind } from './step-kind.js';

/** Where a run goes when there is no further step; reserved, so no step may have this id. */
export const END = 'end';

export interface PlannedPattern {
  readonly event: EventType;
  readonly where: string | null;
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
  readonly trigger: PlannedPattern;
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
