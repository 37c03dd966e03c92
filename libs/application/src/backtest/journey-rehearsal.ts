import {
  type ActEffect,
  addDuration,
  type ContactReason,
  decide,
  type FactsSnapshot,
  type Instant,
  type JournalEntry,
  type Medium,
  toInstant,
  withWritten,
  type WrittenFacts,
} from '#app/domain';
import { DEFAULT_TEXTS, type TextSettings } from '../delivery/text-settings.js';
import type { CustomerMerge } from '../facts/facts-store.port.js';
import type { FoldedEvent } from '../journeys/journey-runtime.port.js';
import { hear, moveRuns, startRun, toWish } from '../journeys/runtime/hearing.js';
import type { JourneyInForce } from '../journeys/runtime/journey-plans.js';
import { choose, whyNot } from '../journeys/runtime/plan-messages.js';
import { type DecidedSend, RunBatch, TrackedRun } from '../journeys/runtime/run-batch.js';
import type { RunChange, StoredRun, SuppressedAddress } from '../journeys/runtime/run-store.port.js';
import { DueQueue } from './due-queue.js';
import { laterOf } from './later-of.js';

/** Counted from January 1970, a duration in months is at most a tenth shorter than from any other day, changes of the clock included. */
const LONGEST_MONTHS = 1.15;

/** What is known at the moment that a rehearsal has reached. */
export interface RehearsalFacts {
  snapshot(customerId: string, orderId: string | null): FactsSnapshot;
  suppression(medium: Medium, address: string, at: Instant): SuppressedAddress['scope'] | undefined;
  /** Where text messages go; left out: everywhere. */
  readonly texts?: TextSettings;
}

/** A message that a run would have sent. */
export interface RehearsedMessage {
  readonly send: DecidedSend;
  readonly medium: Medium;
  /** Why it would have stayed; null when it would have gone. */
  readonly reason: string | null;
  /** When it would have been handed over, or was given up. */
  readonly at: Instant;
  /** Contact rules that put it off, one after the other. */
  readonly putOffBy: readonly ContactReason[];
  /** Journeys whose messages put it off or kept it back. */
  readonly heldBy: readonly string[];
}

/** Is told what happens on the stage. */
export interface RehearsalWitness {
  onDecision(run: StoredRun, isNew: boolean, journal: readonly JournalEntry[]): void;
  onMessage(message: RehearsedMessage): void;
  /** A message that still waits to go out when the rehearsal ends. */
  onWaiting?(message: RehearsedMessage, reason: string): void;
  onAct?(run: StoredRun, effect: ActEffect, now: Instant): void;
}

export const NOBODY: RehearsalWitness = { onDecision: () => undefined, onMessage: () => undefined };

/** A run in virtual time: waiting, or over and still short of its goal. */
interface StagedRun {
  run: StoredRun;
  wakeAt: Instant | null;
  /** Facts name people by other ids after a merge. */
  customerId: string;
}

/**
 * One journey in virtual time: the runtime's own decisions over runs and timers in memory. Nothing is written and no message
 * leaves. Runs that are over are forgotten, but for their entry keys.
 */
export class JourneyRehearsal {
  private readonly byCustomer = new Map<string, StagedRun[]>();
  private readonly staged = new Map<string, StagedRun>();
  private readonly entries = new Map<string, { readonly count: number; readonly isWaiting: boolean }>();
  private readonly written = new Map<string, WrittenFacts>();
  private readonly timers = new DueQueue<StagedRun>();
  private clock: Instant = -Infinity;
  private made = 0;
  /** Within this time of entry the goal counts, or a little less. */
  private readonly goalMs: number | null;

  constructor(
    readonly journey: JourneyInForce,
    private readonly facts: RehearsalFacts,
    private readonly witness: RehearsalWitness,
  ) {
    const { goal } = journey.plan;
    this.goalMs = goal ? addDuration(0, goal.within, 'UTC') * LONGEST_MONTHS : null;
  }

  /** When the next timer rings; infinite where there is none. */
  get nextAt(): Instant {
    return this.timers.nextAt;
  }

  /** Runs that wait at this moment. */
  *waiting(): Iterable<StoredRun> {
    for (const { run } of this.staged.values()) if (run.state.status === 'waiting') yield run;
  }

  /** An event that is known from `now` on. What fell due before is to be rung first. */
  hear(event: FoldedEvent, now: Instant): void {
    this.clock = Math.max(this.clock, now);
    const own = this.byCustomer.get(event.customerId);
    // most events concern nobody here, and a snapshot is worth more than the question
    if (!own && event.event.type !== this.journey.plan.trigger.event) return;
    const { customerId, orderId } = event;
    const snapshot = this.seen(customerId, event.snapshot);
    const folded = { event: event.event, customerId, orderId, snapshot };
    const hearing = hear(folded, [this.journey], this.clock);
    if (!own && hearing.entries.length === 0) return;
    const batch = new RunBatch();
    for (const { run } of own ?? []) batch.track(new TrackedRun(run, this.journey, false, undefined));
    this.loadOwnOrders(batch, folded);
    for (const entry of hearing.entries) {
      const known = this.entries.get(entry.entryKey);
      if (known) batch.knowEntries([{ ...toWish(entry), ...known }]);
    }
    moveRuns(batch, hearing, this.clock);
    for (const entry of hearing.entries) startRun(batch, hearing, entry, this.clock, this.newId());
    this.settle(batch);
  }

  /** Rings what falls due up to and including this time. */
  ringUntil(until: Instant): void {
    while (this.timers.nextAt <= until) {
      const due = this.timers.take();
      if (!due) return;
      if (due.item.wakeAt === due.at) this.ring(due.item, due.at);
      else this.forgetLate(due.item, due.at);
    }
  }

  /** Two records turned out to be one person's. */
  merge({ loser, survivor }: CustomerMerge): void {
    const written = this.written.get(loser);
    if (written) this.written.set(survivor, laterOf(this.written.get(survivor), written));
    this.written.delete(loser);
    const moved = this.byCustomer.get(loser);
    if (!moved) return;
    this.byCustomer.delete(loser);
    for (const staged of moved) {
      staged.customerId = survivor;
      staged.run = { ...staged.run, customerId: survivor };
    }
    this.byCustomer.set(survivor, [...(this.byCustomer.get(survivor) ?? []), ...moved]);
  }

  /** Nothing is decided at an earlier time than this. */
  startAt(now: Instant): void {
    this.clock = Math.max(this.clock, now);
  }

  /** Puts a run that is under way on the stage. */
  resume(run: StoredRun, wakeAt: Instant | null): void {
    this.stage(run, wakeAt);
    this.entries.set(run.entryKey, { count: run.entryNumber, isWaiting: true });
  }

  private loadOwnOrders(batch: RunBatch, folded: FoldedEvent): void {
    for (const tracked of batch.concernedBeside(folded))
      tracked.snapshot = this.snapshot(folded.customerId, tracked.run.orderId);
  }

  private ring(staged: StagedRun, dueAt: Instant): void {
    this.clock = Math.max(this.clock, dueAt);
    const { run } = staged;
    const snapshot = this.snapshot(staged.customerId, run.orderId);
    const decision = decide(this.journey.plan, run.state, { type: 'woke', dueAt }, snapshot, this.clock);
    const batch = new RunBatch();
    const tracked = new TrackedRun(run, this.journey, false, snapshot);
    batch.track(tracked);
    batch.apply(tracked, decision, snapshot);
    this.settle(batch);
  }

  private settle(batch: RunBatch): void {
    for (const change of batch.changes()) this.apply(change);
    for (const { tracked, effect } of batch.acts) {
      this.learn(tracked.run.customerId, effect);
      this.witness.onAct?.(tracked.run, effect, this.clock);
    }
    for (const send of batch.sends) this.witness.onMessage(this.plan(send));
  }

  /** What the journey itself writes about people it finds again later. */
  private learn(customerId: string, { act, at }: ActEffect): void {
    if (act.type !== 'set' && act.type !== 'tag') return;
    const learned: WrittenFacts =
      act.type === 'set'
        ? { attributes: { [act.attribute]: { value: act.value, at } }, tags: {}, arms: {} }
        : { attributes: {}, tags: { [act.tag]: { isOn: act.isOn, at } }, arms: {} };
    this.written.set(customerId, laterOf(this.written.get(customerId), learned));
  }

  seen(customerId: string, snapshot: FactsSnapshot): FactsSnapshot {
    const written = this.written.get(customerId);
    return written ? { ...snapshot, customer: withWritten(snapshot.customer, written) } : snapshot;
  }

  /** With what the journey itself wrote. */
  snapshot(customerId: string, orderId: string | null): FactsSnapshot {
    return this.seen(customerId, this.facts.snapshot(customerId, orderId));
  }

  private apply({ run, isNew, journal, wakeAt }: RunChange): void {
    this.witness.onDecision(run, isNew, journal);
    const isWaiting = run.state.status === 'waiting';
    const known = this.entries.get(run.entryKey);
    if (!known || known.count <= run.entryNumber) this.entries.set(run.entryKey, { count: run.entryNumber, isWaiting });
    const staged = this.staged.get(run.id);
    if (!isWaiting) return this.leave(run, staged);
    if (!staged) return this.stage(run, wakeAt ?? null);
    staged.run = run;
    if (wakeAt !== undefined) this.schedule(staged, wakeAt);
  }

  /** A run that is over is kept while its goal may still be reached. */
  private leave(run: StoredRun, staged: StagedRun | undefined): void {
    const until = this.goalUntil(run);
    if (until === null || until < this.clock) {
      if (staged) this.unstage(staged);
      return;
    }
    const kept = staged ?? this.addToStage(run);
    kept.run = this.journey.plan.goal?.where === null ? withoutData(run) : run;
    kept.wakeAt = null;
    this.timers.add(until + 1, kept);
  }

  private goalUntil({ state: { goalAt, entry } }: StoredRun): Instant | null {
    if (this.goalMs === null || goalAt !== null) return null;
    return toInstant(entry.occurredAt) + this.goalMs;
  }

  private forgetLate(staged: StagedRun, at: Instant): void {
    const until = this.goalUntil(staged.run);
    if (staged.run.state.status !== 'waiting' && (until === null || at > until)) this.unstage(staged);
  }

  private stage(run: StoredRun, wakeAt: Instant | null): void {
    this.schedule(this.addToStage(run), wakeAt);
  }

  private addToStage(run: StoredRun): StagedRun {
    const staged: StagedRun = { run, wakeAt: null, customerId: run.customerId };
    this.staged.set(run.id, staged);
    const siblings = this.byCustomer.get(run.customerId);
    if (siblings) siblings.push(staged);
    else this.byCustomer.set(run.customerId, [staged]);
    return staged;
  }

  private unstage(staged: StagedRun): void {
    staged.wakeAt = null;
    this.staged.delete(staged.run.id);
    const siblings = (this.byCustomer.get(staged.customerId) ?? []).filter((other) => other !== staged);
    if (siblings.length > 0) this.byCustomer.set(staged.customerId, siblings);
    else this.byCustomer.delete(staged.customerId);
  }

  private schedule(staged: StagedRun, wakeAt: Instant | null): void {
    staged.wakeAt = wakeAt;
    if (wakeAt !== null) this.timers.add(wakeAt, staged);
  }

  private plan(send: DecidedSend): RehearsedMessage {
    const { effect } = send;
    const at = Math.max(this.clock, effect.dueAt);
    const { medium, refusal } = choose(send, {
      scopeOf: (candidate, address) => (address === null ? undefined : this.facts.suppression(candidate, address, at)),
      texts: this.facts.texts ?? DEFAULT_TEXTS,
    });
    return { send, medium, reason: whyNot(send, refusal, at), at, putOffBy: [], heldBy: [] };
  }

  private newId(): string {
    this.made += 1;
    return this.made.toString(36).padStart(9, '0');
  }
}

/** A goal without a condition asks nothing of what made the run enter. */
function withoutData(run: StoredRun): StoredRun {
  const { state } = run;
  return { ...run, state: { ...state, entry: { ...state.entry, data: null } } };
}
