import { type FactsSnapshot, type Instant, type Medium, type ShopFacts, toInstant } from '#app/domain';
import type { TimelineEvent } from '../facts/facts-store.port.js';
import type { JourneyInForce } from '../journeys/runtime/journey-plans.js';
import type { SuppressedAddress } from '../journeys/runtime/run-store.port.js';
import type { SecretPort } from '../ports/secret.port.js';
import type { Stretch } from './backtest-history.port.js';
import type { BacktestTally } from './backtest-tally.js';
import { JourneyRehearsal, type RehearsalFacts } from './journey-rehearsal.js';
import { PeopleOfThen } from './people-of-then.js';
import { type RecordedSuppressions, SuppressionsOfThen } from './suppressions-of-then.js';

/** The journeys that are played, each with its tally, and when. */
export interface Rehearsed {
  readonly shop: ShopFacts;
  readonly journeys: readonly JourneyInForce[];
  readonly tallies: readonly BacktestTally[];
  /** People enter from then on; earlier events only become facts. */
  readonly since: Instant;
  /** What happens in it is counted. */
  readonly range: Stretch;
  readonly suppressed: RecordedSuppressions;
}

/**
 * Plays what happened to some people, in the order in which it was received, to one or two versions of a journey. From `since`
 * on events are heard at the time of their receipt, after every timer that was due by then.
 */
export class RehearseHistory implements RehearsalFacts {
  events = 0;
  earlierEvents = 0;
  private readonly people: PeopleOfThen;
  private readonly suppressions: SuppressionsOfThen;
  private readonly rehearsals: readonly JourneyRehearsal[];
  private isCounted = false;

  constructor(
    private readonly rehearsed: Rehearsed,
    secrets: SecretPort,
  ) {
    this.people = new PeopleOfThen(rehearsed.shop, secrets);
    this.suppressions = new SuppressionsOfThen(rehearsed.suppressed, secrets);
    this.rehearsals = rehearsed.journeys.map((journey) => new JourneyRehearsal(journey, this));
  }

  take(source: TimelineEvent): void {
    const now = toInstant(source.event.receivedAt);
    const { since, range } = this.rehearsed;
    if (now >= range.from) this.startCounting();
    const isHeard = now >= since;
    if (isHeard) for (const rehearsal of this.rehearsals) rehearsal.ringUntil(now);
    const news = this.people.take(source);
    for (const change of news.suppressions) this.suppressions.change(change);
    if (this.isCounted) this.events += 1;
    else this.earlierEvents += 1;
    if (!isHeard) return;
    for (const rehearsal of this.rehearsals) {
      for (const merge of news.merges) rehearsal.merge(merge);
      for (const folded of news.heard) rehearsal.hear(folded, now);
      // what is overdue because its cause was told late is done at once
      rehearsal.ringUntil(now);
    }
  }

  /** Rings what is due before the end of the range. */
  end(): void {
    this.startCounting();
    for (const [index, rehearsal] of this.rehearsals.entries()) {
      rehearsal.ringUntil(this.rehearsed.range.to - 1);
      this.rehearsed.tallies[index]?.endCast(rehearsal.waiting());
    }
  }

  snapshot(customerId: string, orderId: string | null): FactsSnapshot {
    return this.people.snapshot(customerId, orderId);
  }

  suppression(medium: Medium, address: string, at: Instant): SuppressedAddress['scope'] | undefined {
    return this.suppressions.scopeOf(medium, address, at);
  }

  private startCounting(): void {
    if (this.isCounted) return;
    this.isCounted = true;
    for (const [index, rehearsal] of this.rehearsals.entries()) {
      const tally = this.rehearsed.tallies[index];
      if (!tally) continue;
      rehearsal.ringUntil(this.rehearsed.range.from - 1);
      tally.startCast(rehearsal.waiting());
      rehearsal.witness = tally;
    }
  }
}
