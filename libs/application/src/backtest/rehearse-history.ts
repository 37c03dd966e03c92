import { type FactsSnapshot, type Instant, type Medium, type ShopFacts, toInstant } from '#app/domain';
import type { TimelineEvent } from '../facts/facts-store.port.js';
import type { FoldedEvent } from '../journeys/journey-runtime.port.js';
import type { JourneyInForce } from '../journeys/runtime/journey-plans.js';
import type { StoredRun, SuppressedAddress } from '../journeys/runtime/run-store.port.js';
import type { SecretPort } from '../ports/secret.port.js';
import type { Stretch } from './backtest-history.port.js';
import { BacktestTally } from './backtest-tally.js';
import { JourneyRehearsal, type RehearsalFacts } from './journey-rehearsal.js';
import { PeopleOfThen } from './people-of-then.js';
import { type RecordedSuppression, SuppressionsOfThen } from './suppressions-of-then.js';

/**
 * Plays the events of history, in the order in which they were received, to one or two versions of a journey. Before the range
 * they only become facts; in it they are heard at the time of their receipt, after every timer that was due by then.
 */
export class RehearseHistory implements RehearsalFacts {
  readonly tallies: readonly BacktestTally[];
  events = 0;
  earlierEvents = 0;
  private readonly people: PeopleOfThen;
  private readonly suppressions: SuppressionsOfThen;
  private readonly rehearsals: readonly JourneyRehearsal[];

  constructor(
    shop: ShopFacts,
    journeys: readonly JourneyInForce[],
    private readonly stretch: Stretch,
    recorded: readonly RecordedSuppression[],
    secrets: SecretPort,
  ) {
    this.people = new PeopleOfThen(shop, secrets);
    this.suppressions = new SuppressionsOfThen(recorded, secrets);
    this.tallies = journeys.map(({ plan }) => new BacktestTally(plan, shop.timeZone));
    this.rehearsals = journeys.map(
      (journey, index) => new JourneyRehearsal(journey, this, this.tallies[index] as BacktestTally),
    );
  }

  take(source: TimelineEvent): void {
    const now = toInstant(source.event.receivedAt);
    const isInRange = now >= this.stretch.from;
    if (isInRange) for (const rehearsal of this.rehearsals) rehearsal.ringUntil(now);
    const news = this.people.take(source);
    for (const change of news.suppressions) this.suppressions.change(change);
    if (!isInRange) {
      this.earlierEvents += 1;
      return;
    }
    this.events += 1;
    for (const rehearsal of this.rehearsals) {
      for (const merge of news.merges) rehearsal.merge(merge);
      // a history may have been imported long after it happened: its news is heard as though it had come in time
      for (const folded of news.heard) rehearsal.hear(inTime(folded), now);
      // what is overdue because its cause was told late is done at once
      rehearsal.ringUntil(now);
    }
  }

  /** Rings what is due before the end of the range. */
  end(to: Instant): void {
    for (const rehearsal of this.rehearsals) rehearsal.ringUntil(to - 1);
  }

  waiting(index: number): Iterable<StoredRun> {
    return this.rehearsals[index]?.waiting() ?? [];
  }

  snapshot(customerId: string, orderId: string | null): FactsSnapshot {
    return this.people.snapshot(customerId, orderId);
  }

  suppression(medium: Medium, address: string, at: Instant): SuppressedAddress['scope'] | undefined {
    return this.suppressions.scopeOf(medium, address, at);
  }
}

function inTime({ event, ...folded }: FoldedEvent): FoldedEvent {
  return { ...folded, event: { ...event, receivedAt: event.occurredAt } };
}
