import {
  type FactsSnapshot,
  type Instant,
  isErased,
  isInSegment,
  type JourneyPlan,
  type Json,
  nextOccasion,
  nextScheduled,
  type Occasion,
  type PlannedDate,
  type PlannedSchedule,
} from '#app/domain';
import type { CustomerMerge } from '../facts/facts-store.port.js';
import type { FactsSubject } from '../facts/facts.repository.js';
import type { FoldedEvent } from '../journeys/journey-runtime.port.js';
import type { Known } from '../journeys/runtime/run-batch.js';
import { DueQueue } from './due-queue.js';
import { ownEventOf } from './own-event.js';

/** Who is known at the moment that a rehearsal has reached. */
export interface Everybody {
  /** People, or orders with theirs. */
  subjects(of: PlannedDate['of']): Iterable<FactsSubject>;
  snapshot(customerId: string, orderId: string | null): FactsSnapshot;
}

/** When a journey lets people in that begins by no event of a sender, in virtual time. */
export interface Openings {
  /** The next time at which somebody may enter; infinite where there is none. */
  readonly nextAt: Instant;
  /** What lets people in at that time, by the facts of then. */
  take(): readonly FoldedEvent[];
  /** People may enter after this time. */
  begin(after: Instant): void;
  /** What is known of somebody has changed. */
  follow(known: Known, now: Instant): void;
  merge(merge: CustomerMerge): void;
}

/** All times of a schedule within a stretch, its end left out. */
export function turnsOf(schedule: PlannedSchedule, zone: string, after: Instant, end: Instant): Instant[] {
  const turns: Instant[] = [];
  for (let at = nextScheduled(schedule, zone, after); at < end; at = nextScheduled(schedule, zone, at)) turns.push(at);
  return turns;
}

/** At each turn whoever is known then and in the segment enters. */
export class ScheduledOpenings implements Openings {
  private next = 0;

  constructor(
    private readonly plan: JourneyPlan,
    private readonly turns: readonly Instant[],
    private readonly everybody: Everybody,
  ) {}

  get nextAt(): Instant {
    return this.turns[this.next] ?? Infinity;
  }

  take(): readonly FoldedEvent[] {
    const at = this.nextAt;
    this.next += 1;
    return [...this.everybody.subjects('customer')].flatMap(({ customerId }) => {
      const snapshot = this.everybody.snapshot(customerId, null);
      if (isErased(snapshot.customer)) return [];
      const told = ownEventOf(this.plan, { customerId, orderId: null, snapshot }, at, {});
      const view = { ...told.event, data: told.event.data as unknown as Json };
      return isInSegment(this.plan, view, snapshot, at) ? [told] : [];
    });
  }

  begin(): void {
    // the turns begin with it
  }

  follow(): void {
    // the segment is looked at when it is its turn
  }

  merge(): void {
    // records that were merged into others are nobody
  }
}

interface Noted extends FactsSubject {
  dueAt: Instant;
}

/** Each person, or order, has the date that the last news gave it; when it comes the facts have the last word. */
export class DatedOpenings implements Openings {
  private readonly coming = new DueQueue<string>();
  /** By customer or order. */
  private readonly noted = new Map<string, Noted>();

  constructor(
    private readonly plan: JourneyPlan,
    private readonly date: PlannedDate,
    private readonly everybody: Everybody,
  ) {}

  get nextAt(): Instant {
    return this.coming.nextAt;
  }

  take(): readonly FoldedEvent[] {
    const due = this.coming.take();
    const noted = due && this.noted.get(due.item);
    // it moved since
    if (!noted || noted.dueAt !== due.at) return [];
    this.noted.delete(due.item);
    const { customerId, orderId } = noted;
    const known = { customerId, orderId, snapshot: this.everybody.snapshot(customerId, orderId) };
    if (isErased(known.snapshot.customer)) return [];
    const occasion = this.next(known, due.at - 1);
    if (occasion && occasion.dueAt > due.at) this.note(known, occasion.dueAt);
    if (!occasion || occasion.dueAt > due.at) return [];
    const following = this.next(known, due.at);
    if (following) this.note(known, following.dueAt);
    return [ownEventOf(this.plan, known, due.at, { date: occasion.date })];
  }

  begin(after: Instant): void {
    for (const { customerId, orderId } of this.everybody.subjects(this.date.of))
      this.follow({ customerId, orderId, snapshot: this.everybody.snapshot(customerId, orderId) }, after);
  }

  follow({ customerId, orderId, snapshot }: Known, now: Instant): void {
    const isOfOrder = this.date.of === 'order';
    if (isOfOrder && orderId === null) return;
    const known = { customerId, orderId: isOfOrder ? orderId : null, snapshot };
    const next = nextOccasion(this.plan, this.date, snapshot, now);
    if (next === 'unknown') this.noted.delete(known.orderId ?? customerId);
    else if (next !== 'past') this.note(known, next.dueAt);
  }

  merge({ loser, survivor }: CustomerMerge): void {
    this.noted.delete(loser);
    for (const [id, noted] of this.noted)
      if (noted.customerId === loser) this.noted.set(id, { ...noted, customerId: survivor });
  }

  private note({ customerId, orderId }: Known, dueAt: Instant): void {
    const id = orderId ?? customerId;
    if (this.noted.get(id)?.dueAt !== dueAt) this.coming.add(dueAt, id);
    this.noted.set(id, { customerId, orderId, dueAt });
  }

  private next({ snapshot }: Known, after: Instant): Occasion | undefined {
    const found = nextOccasion(this.plan, this.date, snapshot, after);
    return typeof found === 'string' ? undefined : found;
  }
}
