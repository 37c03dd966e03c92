import { applyEvent, NOBODY } from '../facts/fold.js';
import type { PersonFacts } from '../facts/facts.js';
import { snapshotOf } from '../facts/person-snapshot.js';
import type { EventView, FactsSnapshot, Json } from '../facts/view.js';
import { afterAct } from '../journey/after-act.js';
import { concerns } from '../journey/concerns.js';
import { decide, enter, startsBy } from '../journey/decide.js';
import type { JourneyPlan } from '../journey/plan.js';
import type { ActEffect, Decision, RunInput, RunState, SendEffect } from '../journey/run.js';
import { type Instant, toInstant, toIso } from '../time/instant.js';
import { domainEventOf, type Story } from './story.js';

/** Wakes and events that one story may cause; an endless run stops here. */
const MAX_DECISIONS = 120;
/** Runs that one story may begin; journeys that start each other stop here. */
const MAX_RUNS = 12;
const SHOP = { id: 'shop', name: 'Shop', timeZone: 'Europe/Paris', currency: 'EUR', locale: 'en' };

/** One decision of a run, with what it was told and what it knew. */
export interface Lived {
  readonly input: RunInput;
  readonly now: Instant;
  readonly snapshot: FactsSnapshot;
  readonly decision: Decision;
}

export interface PlayedRun {
  readonly plan: JourneyPlan;
  readonly entryKey: string;
  readonly orderId: string | null;
  readonly lived: readonly Lived[];
  readonly state: RunState;
  /** Keys of the journeys that started one another up to this one; empty when an event let the person in. */
  readonly startedBy: readonly string[];
}

export interface Played {
  readonly runs: readonly PlayedRun[];
  /** Conditions asked of events that let nobody in, as the engine reports them. */
  readonly refusals: readonly { readonly journey: string; readonly reason: string; readonly detail: string }[];
}

interface OpenRun {
  readonly plan: JourneyPlan;
  readonly entryKey: string;
  readonly orderId: string | null;
  readonly startedBy: readonly string[];
  readonly lived: Lived[];
  state: RunState;
  wakeAt: Instant | null;
}

/** Plays a story through journeys as the worker would, on the same `enter` and `decide`, in virtual time. */
export function playStory(plans: readonly JourneyPlan[], story: Story): Played {
  return new StoryPlayer(plans, story).play();
}

export function sendsOf(run: PlayedRun): readonly SendEffect[] {
  return run.lived.flatMap(({ decision }) => decision.effects.filter((effect) => effect.type === 'send'));
}

export function actsOf(run: PlayedRun): readonly ActEffect[] {
  return run.lived.flatMap(({ decision }) => decision.effects.filter((effect) => effect.type === 'act'));
}

class StoryPlayer {
  private person: PersonFacts = NOBODY;
  private readonly runs: OpenRun[] = [];
  private readonly refusals: { journey: string; reason: string; detail: string }[] = [];
  private left = MAX_DECISIONS;

  constructor(
    private readonly plans: readonly JourneyPlan[],
    private readonly story: Story,
  ) {}

  play(): Played {
    for (const [index, told] of this.story.events.entries()) {
      this.wakeUntil(told.at);
      const event = domainEventOf(told, index);
      this.person = applyEvent(this.person, event);
      const view: EventView = { id: event.id, type: told.type, occurredAt: event.occurredAt, data: told.data };
      this.hear(view, told.order);
      this.enterAll(view, told.order);
    }
    this.wakeUntil(Number.POSITIVE_INFINITY);
    return { runs: this.runs, refusals: this.refusals };
  }

  private hear(event: EventView, order: string | null): void {
    const now = toInstant(event.occurredAt);
    const happening = { type: event.type, occurredAt: event.occurredAt, orderId: order };
    // those that this event starts haven't heard it
    const concerned = this.runs.filter((run) => concerns(happening, run));
    for (const run of concerned) if (run.state.status === 'waiting') this.tell(run, { type: 'event', event }, now);
  }

  private enterAll(event: EventView, order: string | null): void {
    for (const plan of this.plans) if (startsBy(plan, event)) this.enterOne(plan, event, order, []);
  }

  private enterOne(plan: JourneyPlan, event: EventView, orderId: string | null, startedBy: readonly string[]): void {
    const now = toInstant(event.occurredAt);
    const snapshot = this.snapshotOf(orderId);
    const result = enter(plan, event, snapshot, now);
    if (!result.entered) {
      this.refusals.push({ journey: plan.document.key, reason: result.reason, detail: result.detail ?? '' });
      return;
    }
    const { entryKey, decision } = result;
    if (this.runs.length >= MAX_RUNS || this.isTaken(plan, entryKey) || this.isFull(plan)) return;
    const run: OpenRun = { plan, entryKey, orderId, startedBy, lived: [], state: decision.run, wakeAt: null };
    this.runs.push(run);
    this.apply(run, { input: { type: 'entered', event }, now, snapshot, decision });
  }

  private isTaken({ document }: JourneyPlan, entryKey: string): boolean {
    return this.runs.some(
      (run) =>
        run.plan.document.key === document.key &&
        run.entryKey === entryKey &&
        (document.entry.reentry === 'never' || run.state.status === 'waiting'),
    );
  }

  private isFull({ document: { key, entry } }: JourneyPlan): boolean {
    const underWay = this.runs.filter(({ plan, state }) => plan.document.key === key && state.status === 'waiting');
    return entry.limit !== undefined && underWay.length >= entry.limit;
  }

  private wakeUntil(end: Instant): void {
    for (;;) {
      const due = this.runs
        .filter(({ state, wakeAt }) => state.status === 'waiting' && wakeAt !== null && wakeAt < end)
        .toSorted((a, b) => (a.wakeAt ?? 0) - (b.wakeAt ?? 0))[0];
      if (!due || due.wakeAt === null || this.left <= 0) return;
      this.tell(due, { type: 'woke', dueAt: due.wakeAt }, due.wakeAt);
    }
  }

  private tell(run: OpenRun, input: RunInput, now: Instant): void {
    this.left -= 1;
    if (this.left < 0) return;
    const snapshot = this.snapshotOf(run.orderId);
    this.apply(run, { input, now, snapshot, decision: decide(run.plan, run.state, input, snapshot, now) });
  }

  private apply(run: OpenRun, lived: Lived): void {
    run.lived.push(lived);
    run.state = lived.decision.run;
    const wakes = lived.decision.effects.filter((effect) => effect.type === 'wake');
    if (run.state.status !== 'waiting') run.wakeAt = null;
    else if (wakes[0]) run.wakeAt = wakes[0].at;
    else if (lived.decision.journal.some(({ kind }) => kind === 'waited')) run.wakeAt = null;
    for (const effect of lived.decision.effects) if (effect.type === 'act') this.perform(run, effect);
  }

  private perform(run: OpenRun, { act, at }: ActEffect): void {
    if (act.type === 'set' || act.type === 'tag') {
      const { customer } = afterAct(this.snapshotOf(run.orderId), act);
      this.person = { ...this.person, customer };
    }
    if (act.type === 'stop') this.stop(act.journey, run);
    if (act.type !== 'start') return;
    const plan = this.plans.find(({ document }) => document.key === act.journey);
    if (!plan) return;
    const event = { ...run.state.entry, occurredAt: toIso(at) };
    const asked = { ...plan, trigger: { event: event.type, where: null, journey: null } };
    this.enterOne(asked, event, run.orderId, [...run.startedBy, run.plan.document.key]);
  }

  private stop(journey: string, by: OpenRun): void {
    for (const run of this.runs) {
      if (run === by || run.plan.document.key !== journey || run.state.status !== 'waiting') continue;
      run.state = { ...run.state, status: 'exited', step: null, stepState: null, endReason: 'stopped' };
      run.wakeAt = null;
    }
  }

  private snapshotOf(orderId: string | null): FactsSnapshot {
    return snapshotOf(this.person, { shop: SHOP, customerId: this.story.customerId, orderId });
  }
}

/** What a decision asked of the facts, out of its journal. */
export interface AskedCondition {
  readonly condition: string;
  readonly result: boolean;
}

export function askedOf({ journal }: Decision): readonly AskedCondition[] {
  return journal.flatMap(({ data }) => conditionsOf(data.conditions ?? null));
}

export function conditionsOf(asked: Json): readonly AskedCondition[] {
  return Array.isArray(asked) ? (asked as unknown as AskedCondition[]) : [];
}
