import type { Decision, EventType, EventView, FactsSnapshot, Instant, JournalEntry, SendEffect } from '#app/domain';
import type { JourneyInForce } from './journey-plans.js';
import type { EarlierEntries, EntryWish, RunChange, StoredRun } from './run-store.port.js';

/** A run in the course of a batch: stored state plus what has been decided since. */
export class TrackedRun {
  readonly journal: JournalEntry[] = [];
  wakeAt: Instant | null | undefined;
  isTouched = false;
  /** An exit event ended it: what it still had to say is not said. */
  hasExited = false;

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

function wakeTime({ effects }: Decision): Instant | null {
  return effects.findLast((effect) => effect.type === 'wake')?.at ?? null;
}

const entryId = ({ journeyId, entryKey }: EntryWish): string => `${journeyId}|${entryKey}`;

/** Everything that a batch of events or timers decides, gathered in memory and written at its end in a few statements. */
export class RunBatch {
  readonly sends: DecidedSend[] = [];
  private readonly tracked: TrackedRun[] = [];
  private readonly byCustomer = new Map<string, TrackedRun[]>();
  private readonly entries = new Map<string, { count: number; isWaiting: boolean }>();

  track(tracked: TrackedRun): void {
    this.tracked.push(tracked);
    const { customerId } = tracked.run;
    const siblings = this.byCustomer.get(customerId);
    if (siblings) siblings.push(tracked);
    else this.byCustomer.set(customerId, [tracked]);
  }

  /** Runs of a person that an event concerns: of its order, or either of them without an order. Ended ones hear of their goal only. */
  concerned(customerId: string, orderId: string | null, type: EventType): TrackedRun[] {
    const runs = this.byCustomer.get(customerId) ?? [];
    return runs.filter((tracked) => {
      const { orderId: ownOrderId } = tracked.run;
      return (
        (orderId === null || ownOrderId === null || ownOrderId === orderId) &&
        (tracked.isWaiting || tracked.isGoal(type))
      );
    });
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
    for (const effect of decision.effects)
      if (effect.type === 'send') this.sends.push({ tracked, effect, snapshot, entry });
    if (!tracked.isWaiting && decision.run.endReason?.startsWith('exit:')) tracked.hasExited = true;
    this.noteEntry(tracked);
  }

  changes(): RunChange[] {
    return this.tracked.filter((tracked) => tracked.isTouched).map((tracked) => tracked.toChange());
  }

  /** Runs stored earlier that an exit event ended: messages of theirs may still wait. */
  exitedRunIds(): string[] {
    return this.tracked.filter((tracked) => tracked.hasExited && !tracked.isNew).map((tracked) => tracked.run.id);
  }

  private noteEntry({ run, isWaiting }: TrackedRun): void {
    const known = this.entries.get(entryId(run));
    if (known && known.count > run.entryNumber) return;
    this.entries.set(entryId(run), { count: run.entryNumber, isWaiting });
  }
}
