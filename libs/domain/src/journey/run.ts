import type { EventType } from '../event/event.js';
import type { EventView, Json } from '../facts/view.js';
import type { Instant, IsoDate, IsoInstant } from '../time/instant.js';
import type { Medium, MessageClass } from '../consent/message-class.js';
import type { SurveyDefinition } from './document.js';

export type RunStatus = 'active' | 'waiting' | 'completed' | 'exited' | 'failed';

/** Why a run ended. `exit:<event type>` for exit events, `step:<id>` for an exit step, `audience` once that no longer holds, `erased` with the person, `end` after the last step. */
export type EndReason = string;

/** What a run remembers besides its step. Stored as JSON. */
export interface RunState {
  readonly status: RunStatus;
  /** Id of the step the run stands at; null before the first and after the end. */
  readonly step: string | null;
  /** How often a step was entered in this run, all steps together; part of each message's key. */
  readonly visit: number;
  /** What the step at hand keeps for itself, such as the time it waits for. */
  readonly stepState: Json;
  /** Business time the run has reached: the occurrence of the event or the due time of the timer that moved it last. */
  readonly at: Instant;
  /** Number of journal entries so far; the next entry gets this number. */
  readonly seq: number;
  readonly entry: EventView;
  readonly goalAt: IsoInstant | null;
  readonly endReason: EndReason | null;
  /** Set once a hold-out step has drawn this run: what it would send is noted and never sent. */
  readonly isHeldOut?: boolean;
}

/** What a run is told. */
export type RunInput =
  | { readonly type: 'entered'; readonly event: EventView }
  | { readonly type: 'event'; readonly event: EventView }
  | { readonly type: 'woke'; readonly dueAt: Instant };

/** What the worker must do for a run. A new `wake` replaces the earlier one; leaving a waiting step drops it. */
export type Effect = WakeEffect | SendEffect | ActEffect | FinishEffect;

/** Wake the run at this time. */
export interface WakeEffect {
  readonly type: 'wake';
  readonly at: Instant;
}

/** Hand a message to the person: `channels` in order of preference, the first one that reaches them lawfully is taken. */
export interface SendEffect {
  readonly type: 'send';
  readonly step: string;
  readonly visit: number;
  readonly template: string;
  readonly channels: readonly Medium[];
  readonly class: MessageClass;
  /** Business time at which the message fell due. */
  readonly dueAt: Instant;
  /** After this time the message is skipped as `expired`. */
  readonly usefulUntil: Instant | null;
  readonly survey: SurveyDefinition | null;
  /** The run is held out: store that this would have been sent. */
  readonly isHeldOut?: boolean;
}

export const CASE_PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;
export type CasePriority = (typeof CASE_PRIORITIES)[number];

/** What a step does besides sending. Texts and values are final: expressions and placeholders are filled in. */
export type Act =
  | { readonly type: 'set'; readonly attribute: string; readonly value: Json }
  | { readonly type: 'tag'; readonly tag: string; readonly isOn: boolean }
  | { readonly type: 'award'; readonly points: number; readonly reason: string }
  | { readonly type: 'open-case'; readonly topic: string; readonly title: string; readonly priority: CasePriority }
  /** `due`: the last day on which the promise is kept, in the shop's zone. */
  | { readonly type: 'promise'; readonly what: string; readonly due: IsoDate }
  | { readonly type: 'call'; readonly url: string; readonly payload: Json }
  /** `journey`: key of another journey; the person enters or leaves it with this run's order. */
  | { readonly type: 'start'; readonly journey: string }
  | { readonly type: 'stop'; readonly journey: string }
  /** The arm of a split or hold-out that this person was drawn into; the first one stays, but for one that `replaces` names. */
  | { readonly type: 'assign'; readonly arm: string; readonly replaces?: string };

/** Performed in the transaction that stores the decision; run, step, visit and `index` name it, so it is never done twice. */
export interface ActEffect {
  readonly type: 'act';
  readonly step: string;
  readonly visit: number;
  /** Position among the acts of this visit, from 0. */
  readonly index: number;
  /** Business time. */
  readonly at: Instant;
  readonly act: Act;
}

/** The run is over. */
export interface FinishEffect {
  readonly type: 'finish';
  readonly status: 'completed' | 'exited' | 'failed';
  readonly reason: EndReason;
}

export type JournalKind =
  | 'entered'
  | 'passed'
  | 'sent'
  | 'held-out'
  | 'waited'
  | 'woke'
  | 'event'
  | 'goal'
  /** The run was taken over to another version of its journey, or back. */
  | 'moved'
  /** An act that could not be performed, with the reason. */
  | 'act'
  | 'finished';

/** One line of the append-only journal: what was decided, at which step, on which facts. */
export interface JournalEntry {
  readonly seq: number;
  readonly kind: JournalKind;
  readonly step: string | null;
  /** Business time of the decision. */
  readonly at: IsoInstant;
  readonly data: { readonly [key: string]: Json };
}

export interface Decision {
  readonly run: RunState;
  readonly effects: readonly Effect[];
  readonly journal: readonly JournalEntry[];
}

export type { EventType };
