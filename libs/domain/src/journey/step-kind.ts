import type { z } from 'zod';
import type { EventType } from '../event/event.js';
import type { EventView, FactsView, Json } from '../facts/view.js';
import type { Instant } from '../time/instant.js';
import type { Medium, MessageClass } from '../consent/message-class.js';
import type { EventPattern, SurveyDefinition } from './document.js';
import type { Act, SendEffect } from './run.js';

/** What a step may look at while it decides. Nothing here reads a clock or does I/O. */
export interface StepContext {
  /** The instant of the decision, as the clock shows it. */
  readonly now: Instant;
  /** Business time that the run has reached; waits count from here, so that a late worker shifts nothing. */
  readonly at: Instant;
  /** `customer`, `order`, `shop`, `event` (the entry event, or the one at hand), `settings`, `run`. */
  readonly view: FactsView;
  /** The customer's IANA zone, the shop's where the customer's is unknown. */
  readonly zone: string;
  readonly shopZone: string;
  readonly journeyKey: string;
  readonly customerId: string;
  readonly stepId: string;
  /** The arm that the person was drawn into at this step before, in whatever run and version; null for none. */
  readonly arm: string | null;
  readonly visit: number;
  readonly class: MessageClass;
  /**
   * Evaluates a CEL expression of this document; integers come as numbers.
   * @throws PermanentError `expression.failed`, which ends the run as failed
   */
  evaluate(expression: string): unknown;
  /** Evaluates a condition; anything but `true` is false, a missing value too: the journal then says which. */
  holds(condition: string): boolean;
}

/** A message as a step plans it; the engine adds whose it is. */
export type PlannedSend = Omit<SendEffect, 'type' | 'step' | 'visit' | 'class' | 'isHeldOut'>;

/** What a step decides: go on (to `next`, else to the following step), stay and wait, or end the run. */
export type StepDecision =
  | {
      readonly type: 'continue';
      readonly next?: string | undefined;
      readonly send?: PlannedSend | undefined;
      readonly acts?: readonly Act[] | undefined;
      /** True: from here on the run is held out. */
      readonly holdOut?: boolean | undefined;
      readonly note?: Json;
    }
  | { readonly type: 'wait'; readonly until: Instant | null; readonly state?: Json; readonly note?: Json }
  | { readonly type: 'end'; readonly reason?: string; readonly note?: Json };

/** A place in a step's settings that holds a CEL expression, so that it can be checked before publishing. */
export interface StepExpression {
  readonly place: string;
  readonly source: string;
  readonly expects: 'bool' | 'any';
  /** Types that `event` may have where it is asked; any when left out. */
  readonly events?: readonly EventType[] | undefined;
}

/**
 * A kind of step: one folder, one definition. It decides and returns data; the worker performs.
 * `S` is the shape of its settings.
 */
export interface StepKind<S = unknown> {
  /** Name used in documents. */
  readonly code: string;
  readonly title: string;
  readonly settings: z.ZodType<S>;
  /** The run arrives at the step. */
  enter(settings: S, context: StepContext): StepDecision;
  /** The time that the step waited for has come. */
  wake?(settings: S, context: StepContext, state: Json): StepDecision;
  /** Something happened to this person or order while the step waits; undefined leaves the wait as it is. */
  onEvent?(settings: S, context: StepContext, event: EventView, state: Json): StepDecision | undefined;
  /** Events that may end its wait, each with its condition. */
  hears?(settings: S): readonly EventPattern[];
  /** Ids of steps it may jump to; `end` ends the run. */
  targets?(settings: S): readonly string[];
  /** False when it never goes on to the following step. Default true. */
  fallsThrough?(settings: S): boolean;
  /** True when every visit takes time, which is what breaks a loop. Default false. */
  alwaysWaits?(settings: S): boolean;
  expressions?(settings: S): readonly StepExpression[];
  /** Templates it sends, with the media that they must serve. */
  templates?(settings: S): readonly TemplateUse[];
  /** Keys of other journeys that it starts or stops. */
  journeys?(settings: S): readonly string[];
  /** True when some of those who pass get none of the messages that follow. Default false. */
  readonly holdsOut?: boolean;
  /** Surveys it asks; their definitions are stored on publication, so that answers are read by them. */
  surveys?(settings: S): readonly SurveyDefinition[];
}

export interface TemplateUse {
  readonly name: string;
  readonly channels: readonly Medium[];
}

/** All kinds of step that an installation knows. */
export interface StepKinds {
  find(code: string): StepKind | undefined;
  list(): readonly StepKind[];
}

/** Declares a step kind; keeps the settings' type for the callbacks. */
export function defineStepKind<S>(kind: StepKind<S>): StepKind {
  return kind as unknown as StepKind;
}
