import { usefulUntilOf } from '../contact/contact-rules.js';
import { AfterglowError } from '../errors.js';
import type { EventView, FactsSnapshot, Json } from '../facts/view.js';
import { type Instant, toIso } from '../time/instant.js';
import { DecisionFacts } from './decision-facts.js';
import { END, type JourneyPlan, type PlannedStep } from './plan.js';
import type { Act, Decision, Effect, FinishEffect, JournalEntry, JournalKind, RunState, SendEffect } from './run.js';
import type { PlannedSend, StepContext, StepDecision } from './step-kind.js';
import { WalkContext } from './walk-context.js';

/** Steps that one decision may take; a plan's loops all hold a wait, so only a faulty step kind gets here. */
const MAX_STEPS_PER_DECISION = 100;

type Data = { readonly [key: string]: Json };

/** What the engine keeps in `stepState`: the time waited for, and what the step keeps for itself. */
export interface WaitState {
  readonly until: Instant | null;
  readonly own: Json;
}

/** Walks one run as far as it goes and gathers what follows from it. Lives for one decision. */
export class RunWalk {
  readonly facts: DecisionFacts;
  private readonly effects: Effect[] = [];
  private readonly journal: JournalEntry[] = [];
  private hasChanged = false;

  constructor(
    private readonly plan: JourneyPlan,
    private run: RunState,
    private readonly event: EventView,
    snapshot: FactsSnapshot,
    private readonly now: Instant,
  ) {
    this.facts = new DecisionFacts(plan, snapshot, event);
  }

  get state(): RunState {
    return this.run;
  }

  get decision(): Decision {
    return { run: this.run, effects: this.effects, journal: this.journal };
  }

  /** The state that came in stays as it was; what follows from it is ours until the decision is told. */
  set(fields: Partial<RunState>): void {
    if (!this.hasChanged) this.run = { ...this.run };
    this.hasChanged = true;
    Object.assign(this.run, fields);
  }

  write(kind: JournalKind, data: Data, at: Instant = this.run.at): void {
    this.journal.push({ seq: this.run.seq, kind, step: this.run.step, at: toIso(at), data });
    this.set({ seq: this.run.seq + 1 });
  }

  finish(status: FinishEffect['status'], reason: string, data: Data = {}): void {
    this.write('finished', { status, reason, ...data });
    this.set({ status, step: null, stepState: null, endReason: reason });
    this.effects.push({ type: 'finish', status, reason });
  }

  /** Enters steps one after the other until one waits or the run is over. */
  arrive(first: string): void {
    let next: string | null = first;
    for (let taken = 0; next !== null; taken += 1) {
      if (taken === MAX_STEPS_PER_DECISION) {
        this.abandon();
        return;
      }
      next = this.enterStep(next);
    }
  }

  /** Asks the step at hand and goes on from its answer. An answer that changes nothing leaves the run as it was: false. */
  resume(
    ask: (step: PlannedStep, context: StepContext, own: Json) => StepDecision | undefined,
    heard?: (asked: Data) => void,
  ): boolean {
    const step = this.currentStep();
    if (!step) {
      this.finish('failed', 'failed:internal', { problem: `The journey has no step "${this.run.step}".` });
      return true;
    }
    const { own } = this.run.stepState as unknown as WaitState;
    let moved = true;
    const next = this.attempt(() => {
      const decision = ask(step, this.context(step), own);
      moved = decision !== undefined && !(heard && this.isSameWait(decision));
      if (!moved || decision === undefined) return null;
      heard?.(this.facts.takeAsked());
      return this.apply(step, decision);
    });
    if (next !== null) this.arrive(next);
    return moved;
  }

  /** Waits where the run waited before, for what it waited for then. */
  waitAgain({ step, stepState, at }: RunState): void {
    const { until, own } = stepState as unknown as WaitState;
    this.set({ step, at, endReason: null, visit: this.run.visit + 1 });
    this.wait(until, own, {});
  }

  private currentStep(): PlannedStep | undefined {
    return this.run.step === null ? undefined : this.plan.steps.get(this.run.step);
  }

  private enterStep(id: string): string | null {
    const step = this.plan.steps.get(id);
    if (!step) {
      this.finish('completed', END);
      return null;
    }
    const isFirst = this.run.step === null;
    this.set({ status: 'active', step: id, visit: this.run.visit + 1, stepState: null });
    if (!isFirst && this.plan.recheck === 'every-step' && !this.isStillWanted()) return null;
    return this.attempt(() => this.apply(step, step.kind.enter(step.settings, this.context(step))));
  }

  /** The step to enter next; null when the run waits or is over. */
  private apply(step: PlannedStep, decision: StepDecision): string | null {
    const note: Data = { ...noteOf(decision.note), ...this.facts.takeAsked() };
    if (decision.type === 'wait') {
      this.wait(decision.until, decision.state ?? null, note);
      return null;
    }
    if (decision.type === 'end') {
      this.finish('exited', `step:${step.id}`, {
        visit: this.run.visit,
        ...note,
        ...(decision.reason === undefined ? {} : { why: decision.reason }),
      });
      return null;
    }
    return this.goOn(step, decision, note);
  }

  private goOn(step: PlannedStep, decision: Extract<StepDecision, { type: 'continue' }>, note: Data): string | null {
    const { send, acts = [], next = step.next } = decision;
    if (send && this.plan.recheck === 'before-send' && !this.isStillWanted()) return null;
    const isWithheld = this.run.isHeldOut === true && acts.some(isTreatment);
    this.act(step, acts);
    if (decision.holdOut === true) this.set({ isHeldOut: true });
    const done: Data = acts.length === 0 ? {} : { acts: acts as unknown as Json };
    if (send) this.send(step, send, note, next);
    else this.write(isWithheld ? 'held-out' : 'passed', { visit: this.run.visit, ...note, ...done, next });
    return next;
  }

  private act({ id }: PlannedStep, acts: readonly Act[]): void {
    const { visit, at, isHeldOut } = this.run;
    for (const [index, act] of acts.entries()) {
      if (isHeldOut === true && isTreatment(act)) continue;
      this.effects.push({ type: 'act', step: id, visit, index, at, act });
      this.facts.learn(act);
    }
  }

  /** Asks the audience again, of today's facts and the event that the run entered by; ends a run that is no longer in it. */
  private isStillWanted(): boolean {
    const { audience } = this.plan;
    const facts = this.facts.with(this.run.entry);
    if (audience === null || facts.holds(audience, this.run)) return true;
    this.finish('exited', 'audience', { visit: this.run.visit, ...facts.takeAsked() });
    return false;
  }

  /** A run that is held out goes the same way; only what the person would notice stays. */
  private send({ id }: PlannedStep, planned: PlannedSend, note: Data, next: string): void {
    const isHeldOut = this.run.isHeldOut === true;
    const { visit } = this.run;
    const { template, channels, dueAt } = planned;
    const send: SendEffect = { type: 'send', step: id, visit, class: this.plan.document.class, ...planned };
    const usefulUntil = usefulUntilOf(send, this.facts.zone);
    this.effects.push(isHeldOut ? { ...send, usefulUntil, isHeldOut } : { ...send, usefulUntil });
    this.write(isHeldOut ? 'held-out' : 'sent', { visit, ...note, template, channels, dueAt: toIso(dueAt), next });
  }

  private wait(wanted: Instant | null, own: Json, note: Data): void {
    const until = wanted === null ? null : Math.max(wanted, this.run.at);
    this.write('waited', { visit: this.run.visit, ...note, until: until === null ? null : toIso(until) });
    this.set({ status: 'waiting', stepState: { until, own } });
    if (until !== null) this.effects.push({ type: 'wake', at: until });
  }

  private isSameWait(decision: StepDecision): boolean {
    if (decision.type !== 'wait') return false;
    const { until, own } = this.run.stepState as unknown as WaitState;
    return decision.until === until && JSON.stringify(decision.state ?? null) === JSON.stringify(own);
  }

  /** A step that fails ends its run, not the worker. */
  private attempt(take: () => string | null): string | null {
    try {
      return take();
    } catch (cause) {
      const code = cause instanceof AfterglowError ? cause.code : 'internal';
      const problem = cause instanceof Error ? cause.message : String(cause);
      this.finish('failed', `failed:${code}`, { visit: this.run.visit, problem, ...this.facts.takeAsked() });
      return null;
    }
  }

  /** Ends an endless walk without any of its messages. */
  private abandon(): void {
    this.effects.length = 0;
    this.finish('failed', 'failed:journey.endless', {
      problem: `More than ${MAX_STEPS_PER_DECISION} steps without a wait.`,
    });
  }

  private context({ id }: PlannedStep): StepContext {
    return new WalkContext(this.plan, this.facts, this.run, id, this.now);
  }
}

/** What a person notices, so that those who are held out don't get it. A case stays one: whoever has trouble is helped. */
function isTreatment({ type }: Act): boolean {
  return type === 'award' || type === 'promise' || type === 'call';
}

function noteOf(note: Json | undefined): Data {
  if (note === undefined || note === null) return {};
  return typeof note === 'object' && !Array.isArray(note) ? (note as Data) : { note };
}
