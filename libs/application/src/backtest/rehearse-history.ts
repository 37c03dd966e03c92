import {
  type ContactRules,
  endsHold,
  type FactsSnapshot,
  type Instant,
  type Medium,
  type OrderFacts,
  type ShopFacts,
  toInstant,
} from '#app/domain';
import type { TimelineEvent } from '../facts/facts-store.port.js';
import type { FactsSubject } from '../facts/facts.repository.js';
import type { SuppressedAddress } from '../journeys/runtime/run-store.port.js';
import type { SecretPort } from '../ports/secret.port.js';
import type { TextSettings } from '../delivery/text-settings.js';
import type { Stretch } from './backtest-history.port.js';
import { type Dealings, type DealingsByPerson, NO_DEALINGS } from './dealings-of-then.js';
import { JourneyStage, type RehearsedPlay, type StageFacts } from './journey-stage.js';
import { type News, PeopleOfThen } from './people-of-then.js';
import { type RecordedSuppressions, SuppressionsOfThen } from './suppressions-of-then.js';

/** The journeys that are played, each with its tally, and when. */
export interface Rehearsed {
  readonly shop: ShopFacts;
  readonly rules: ContactRules;
  readonly texts: TextSettings;
  readonly plays: readonly RehearsedPlay[];
  /** People enter from then on; earlier events only become facts. */
  readonly since: Instant;
  /** What happens in it is counted. */
  readonly range: Stretch;
  readonly suppressed: RecordedSuppressions;
}

/**
 * Plays what happened to some people, in the order in which it was received, to one or two versions of a journey. From `since`
 * on events are heard at the time of their receipt, after everything that was due by then.
 */
export class RehearseHistory implements StageFacts {
  events = 0;
  earlierEvents = 0;
  readonly texts: TextSettings;
  private readonly people: PeopleOfThen;
  private readonly suppressions: SuppressionsOfThen;
  private readonly stages: readonly JourneyStage[];
  private isBegun = false;
  private isCounted = false;

  /** @param known of people by the time that their first event is taken */
  constructor(
    private readonly rehearsed: Rehearsed,
    private readonly known: DealingsByPerson,
    secrets: SecretPort,
  ) {
    const { shop, suppressed, plays, rules, texts } = rehearsed;
    this.texts = texts;
    this.people = new PeopleOfThen(shop, secrets);
    this.suppressions = new SuppressionsOfThen(suppressed, secrets);
    this.stages = plays.map((play) => new JourneyStage(play, this, rules, shop.timeZone));
  }

  take(source: TimelineEvent): void {
    const now = toInstant(source.event.receivedAt);
    const { since, range } = this.rehearsed;
    const isHeard = now >= since;
    if (isHeard) this.begin();
    if (now >= range.from) this.startCounting();
    if (isHeard) for (const stage of this.stages) stage.advance(now);
    const before = this.orderIn(source);
    const news = this.people.take(source);
    for (const change of news.suppressions) this.suppressions.change(change);
    if (this.isCounted) this.events += 1;
    else this.earlierEvents += 1;
    if (!isHeard) return;
    if (before) this.release(before, news, now);
    for (const stage of this.stages) stage.hear(news, now);
  }

  /** Does what is due before the end of the range. */
  end(): void {
    this.begin();
    this.startCounting();
    for (const stage of this.stages) {
      stage.advance(this.rehearsed.range.to - 1);
      stage.end();
    }
  }

  snapshot(customerId: string, orderId: string | null): FactsSnapshot {
    return this.people.snapshot(customerId, orderId);
  }

  subjects(of: 'customer' | 'order'): Iterable<FactsSubject> {
    return this.people.subjects(of);
  }

  orders(customerId: string): readonly OrderFacts[] {
    return this.people.ordersOf(customerId);
  }

  suppression(medium: Medium, address: string, at: Instant): SuppressedAddress['scope'] | undefined {
    return this.suppressions.scopeOf(medium, address, at);
  }

  dealings(customerId: string): Dealings {
    return this.known.get(this.people.knownAs(customerId)) ?? NO_DEALINGS;
  }

  /** The order that an event is about, where news of it can let held messages go. */
  private orderIn({ event: { order } }: TimelineEvent): OrderFacts | undefined {
    return order && this.stages.some(({ isHolding }) => isHolding)
      ? this.people.orderFacts(order.externalId)
      : undefined;
  }

  private release(before: OrderFacts, { heard }: News, now: Instant): void {
    for (const { customerId, snapshot } of heard) {
      const { order, customer, shop } = snapshot;
      if (order?.id !== before.id || !endsHold(before, order, customer.timeZone ?? shop.timeZone, now)) continue;
      for (const stage of this.stages) stage.release(customerId, now);
    }
  }

  private begin(): void {
    if (this.isBegun) return;
    this.isBegun = true;
    for (const stage of this.stages) stage.begin(this.rehearsed.since - 1);
  }

  private startCounting(): void {
    if (this.isCounted) return;
    this.isCounted = true;
    for (const stage of this.stages) {
      stage.advance(this.rehearsed.range.from - 1);
      stage.startCounting();
    }
  }
}
