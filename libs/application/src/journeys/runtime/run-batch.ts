import {
  type Act,
  type ActEffect,
  afterAct,
  concerns,
  type Decision,
  type DomainEvent,
  type EventType,
  type EventView,
  type FactsSnapshot,
  type Instant,
  type JournalEntry,
  type Json,
  type RunState,
  type SendEffect,
  toIso,
} from '#app/domain';
import type { JourneyInForce } from './journey-plans.js';
import type { EarlierEntries, EntryWish, RunChange, RunsOf, StoredRun } from './run-store.port.js';

/** A run in the course of a batch: stored state plus what has been decided since. */
export class TrackedRun {
  readonly journal: JournalEntry[] = [];
  wakeAt: Instant | null | undefined;
  isTouched = false;
  /** An exit event or another journey ended it: what it still had to say is not said. */
  hasExited = false;
  /** Counts the runs that began because one started the other; shared by all of them. */
  chain = { starts: 0 };

  constructor(
    public run: StoredRun,
    readonly journey: JourneyInForce,
    readonly isNew: boolean,
    /** Facts with the run's own order, for events that name no order. */
    public snapshot: FactsSnapshot | undefined,
  ) {}

  get isWaiting(): boolean {
    return this.run.state.status === 'waiting';
  }

  isGoal(type: EventType): boolean {
    return this.journey.plan.goal?.event === type && this.run.state.goalAt === null;
  }

  /** Adds a line of journal about an act that could not be performed. */
  noteAct({ step, at }: ActEffect, data: { readonly [key: string]: Json }): void {
    const { seq } = this.run.state;
    this.journal.push({ seq, kind: 'act', step, at: toIso(at), data });
    this.run = { ...this.run, state: { ...this.run.state, seq: seq + 1 } };
  }

  toChange(): RunChange {
    return { run: this.run, isNew: this.isNew, journal: this.journal, wakeAt: this.wakeAt };
  }
}

/** A message that a run has decided on, with the facts of that moment. */
export interface DecidedSend {
  readonly tracked: TrackedRun;
  readonly effect: SendEffect;
  readonly snapshot: FactsSnapshot;
  readonly entry: EventView;
}

/** An act that a run has decided on, with the facts of that moment. */
export interface DecidedAct {
  readonly tracked: TrackedRun;
  readonly effect: ActEffect;
  readonly snapshot: FactsSnapshot;
}

/** Whether a run has come to an end with which messages of its that still wait are of no use. */
export function endsMessages({ status, endReason }: Pick<RunState, 'status' | 'endReason'>): boolean {
  return status !== 'waiting' && /^(exit|stopped|published|resumed):/.test(endReason ?? '');
}

function wakeTime({ effects }: Decision): Instant | null {
  return effects.findLast((effect) => effect.type === 'wake')?.at ?? null;
}

const entryId = ({ journeyId, entryKey }: EntryWish): string => `${journeyId}|${entryKey}`;

const ownerId = ({ journeyId, customerId }: RunsOf): string => `${journeyId}|${customerId}`;

/** Somebody, or one of their orders, with what is known of them. */
export interface Known {
  readonly customerId: string;
  /** Our id. */
  readonly orderId: string | null;
  readonly snapshot: FactsSnapshot;
}

/** What of an event says whom it concerns. */
export interface Told {
  readonly customerId: string;
  readonly orderId: string | null;
  readonly event: Pick<DomainEvent, 'type' | 'occurredAt'>;
}

/** Everything that a batch of events or timers decides, gathered in memory and written at its end in a few statements. */
export class RunBatch {
  readonly sends: DecidedSend[] = [];
  /** All but starts and stops. */
  readonly acts: DecidedAct[] = [];
  /** People and orders of whom events of this batch told something. */
  readonly told: Known[] = [];
  /** Journeys that people may enter, once they have been read. */
  live: readonly JourneyInForce[] | undefined;
  /** Starts and stops of journeys that are still to be carried out. */
  private links: DecidedAct[] = [];
  /** What acts of this batch changed about people, by customer. */
  private readonly learned = new Map<string, Act[]>();
  /** Customers all of whose waiting runs are tracked. */
  private readonly complete = new Set<string>();
  private readonly tracked: TrackedRun[] = [];
  private readonly byCustomer = new Map<string, TrackedRun[]>();
  /** Stored runs under way, by person and journey; some of them are tracked as well. */
  private readonly others = new Map<string, Set<string>>();
  private readonly entries = new Map<string, { count: number; isWaiting: boolean }>();

  track(tracked: TrackedRun): void {
    this.tracked.push(tracked);
    const { customerId } = tracked.run;
    const siblings = this.byCustomer.get(customerId);
    if (siblings) siblings.push(tracked);
    else this.byCustomer.set(customerId, [tracked]);
  }

  /** Runs of a person that an event concerns. Ended runs hear of their goal only. */
  concerned({ customerId, orderId, event: { type, occurredAt } }: Told): TrackedRun[] {
    const runs = this.byCustomer.get(customerId) ?? [];
    return runs.filter(
      (tracked) => (tracked.isWaiting || tracked.isGoal(type)) && concerns({ type, occurredAt, orderId }, tracked.run),
    );
  }

  /** Those of them that have an order which the event isn't of: they decide on the facts of their own. */
  concernedBeside(told: Told): TrackedRun[] {
    return this.concerned(told).filter(({ run: { orderId } }) => orderId !== null && orderId !== told.orderId);
  }

  isTracked(runId: string): boolean {
    return this.tracked.some((tracked) => tracked.run.id === runId);
  }

  wantsRunsOf(customerId: string): boolean {
    return !this.complete.has(customerId);
  }

  holdsRunsOf(customerIds: readonly string[]): void {
    for (const id of customerIds) this.complete.add(id);
  }

  /** Waiting runs of a journey that another run of the same person and order stops. */
  waitingIn(journeyKey: string, stopper: TrackedRun): TrackedRun[] {
    const { customerId, orderId } = stopper.run;
    return (this.byCustomer.get(customerId) ?? []).filter(
      (other) =>
        other !== stopper &&
        other.isWaiting &&
        other.journey.version.key === journeyKey &&
        (orderId === null || other.run.orderId === null || other.run.orderId === orderId),
    );
  }

  /** Runs of a journey that one person has under way. */
  underWay(of: RunsOf): number {
    const own = this.byCustomer.get(of.customerId) ?? [];
    const others = [...(this.others.get(ownerId(of)) ?? [])];
    return (
      own.filter(({ run, isWaiting }) => isWaiting && run.journeyId === of.journeyId).length +
      others.filter((id) => !this.isTracked(id)).length
    );
  }

  /** What is under way beside the runs of this batch. */
  knowUnderWay(runs: readonly (RunsOf & { readonly runId: string })[]): void {
    for (const run of runs) {
      const known = this.others.get(ownerId(run));
      if (known) known.add(run.runId);
      else this.others.set(ownerId(run), new Set([run.runId]));
    }
  }

  /** People whose facts acts of this batch changed, as they are known now. */
  changedByActs(): readonly Known[] {
    return [...this.learned.keys()].flatMap((customerId) => {
      const snapshot = this.byCustomer.get(customerId)?.find((tracked) => tracked.snapshot)?.snapshot;
      return snapshot ? [{ customerId, orderId: null, snapshot: this.seen(customerId, snapshot) }] : [];
    });
  }

  hasLinksOf(customerId: string): boolean {
    return this.links.some(({ tracked }) => tracked.run.customerId === customerId);
  }

  takeLinks(): DecidedAct[] {
    const links = this.links;
    this.links = [];
    return links;
  }

  hasLearned(customerId: string): boolean {
    return this.learned.has(customerId);
  }

  /** The facts with what acts of this batch changed since they were read. */
  seen(customerId: string, snapshot: FactsSnapshot): FactsSnapshot {
    return (this.learned.get(customerId) ?? []).reduce(afterAct, snapshot);
  }

  knowsEntry(wish: EntryWish): boolean {
    return this.entries.has(entryId(wish));
  }

  knowEntries(entries: readonly EarlierEntries[]): void {
    for (const entry of entries) this.entries.set(entryId(entry), { count: entry.count, isWaiting: entry.isWaiting });
  }

  /** Number of the next entry with this key; undefined when it must not enter (again, or yet). */
  nextEntryNumber(wish: EntryWish, reentry: 'never' | 'after-end'): number | undefined {
    const earlier = this.entries.get(entryId(wish));
    if (!earlier) return 1;
    return reentry === 'never' || earlier.isWaiting ? undefined : earlier.count + 1;
  }

  /** A decision that wrote no line of journal changes nothing. */
  apply(tracked: TrackedRun, decision: Decision, snapshot: FactsSnapshot): void {
    if (decision.journal.length === 0) return;
    tracked.run = { ...tracked.run, state: decision.run };
    tracked.isTouched = true;
    tracked.journal.push(...decision.journal);
    if (!tracked.isWaiting) tracked.wakeAt = null;
    else if (decision.journal.some((line) => line.kind === 'waited')) tracked.wakeAt = wakeTime(decision);
    const { entry } = tracked.run.state;
    for (const effect of decision.effects) {
      if (effect.type === 'send') this.sends.push({ tracked, effect, snapshot, entry });
      if (effect.type === 'act') this.take({ tracked, effect, snapshot });
    }
    if (endsMessages(decision.run)) tracked.hasExited = true;
    this.noteEntry(tracked);
  }

  changes(): RunChange[] {
    return this.tracked.filter((tracked) => tracked.isTouched).map((tracked) => tracked.toChange());
  }

  /** Runs stored earlier that an exit event or another journey ended: messages of theirs may still wait. */
  exitedRunIds(): string[] {
    return this.tracked.filter((tracked) => tracked.hasExited && !tracked.isNew).map((tracked) => tracked.run.id);
  }

  private take(decided: DecidedAct): void {
    const { act } = decided.effect;
    if (act.type === 'start' || act.type === 'stop') this.links.push(decided);
    else this.acts.push(decided);
    if (act.type !== 'set' && act.type !== 'tag') return;
    const { customerId } = decided.tracked.run;
    this.learned.set(customerId, [...(this.learned.get(customerId) ?? []), act]);
  }

  private noteEntry({ run, isWaiting }: TrackedRun): void {
    const known = this.entries.get(entryId(run));
    if (known && known.count > run.entryNumber) return;
    this.entries.set(entryId(run), { count: run.entryNumber, isWaiting });
  }
}
