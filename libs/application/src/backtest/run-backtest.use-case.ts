import { Injectable } from '@nestjs/common';
import { type Instant, type IsoInstant, PermanentError, type ShopFacts, toInstant, toIso } from '#app/domain';
import { FactsReader } from '../facts/facts.repository.js';
import type { TimelineEvent } from '../facts/facts-store.port.js';
import { type JourneyInForce, JourneyPlans } from '../journeys/runtime/journey-plans.js';
import { SecretPort } from '../ports/secret.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { BacktestHistory, type HistoryPlace, type RecordedPage, type Stretch } from './backtest-history.port.js';
import type { BacktestCollisions, BacktestDifference, BacktestReport } from './backtest-report.js';
import { type BacktestTally, type TalliedMessage } from './backtest-tally.js';
import { CollisionSearch, MessageComparison } from './compare-messages.js';
import { RehearseHistory } from './rehearse-history.js';
import { SampleMessages } from './sample-messages.js';

export interface BacktestRequest extends Stretch {
  readonly key: string;
  /** The latest version when left out. */
  readonly version?: number | undefined;
  /** Another version to compare with; what was really sent when left out. */
  readonly against?: number | undefined;
}

export interface BacktestProgress {
  readonly events: number;
  readonly of: number;
  /** Virtual time that was reached; null at the start. */
  readonly at: IsoInstant | null;
}

export interface BacktestWatch {
  readonly onProgress?: (progress: BacktestProgress) => void;
  readonly signal?: AbortSignal;
}

/** Events of one page: one read of the database, after which other work of the process has its turn. */
const PAGE = 500;

/** Runs a journey over recorded history in virtual time. Reads only: nothing is stored, no message leaves. */
@Injectable()
export class RunBacktest {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly history: BacktestHistory,
    private readonly facts: FactsReader,
    private readonly plans: JourneyPlans,
    private readonly samples: SampleMessages,
    private readonly secrets: SecretPort,
  ) {}

  /** @throws PermanentError `validation` for an empty range, `not_found` for a journey or version that isn't there, `conflict` when cancelled */
  async run(shopId: string, request: BacktestRequest, watch: BacktestWatch = {}): Promise<BacktestReport> {
    const { from, to } = request;
    refuseEmpty(request);
    const start = await this.unitOfWork.inShop(shopId, (tx) => this.prepare(tx, request));
    const { journey, other, shop } = start;
    const journeys = other ? [journey, other] : [journey];
    const rehearsal = new RehearseHistory(shop, journeys, request, start.suppressions, this.secrets);
    await this.play(shopId, rehearsal, request, start.events, watch);
    rehearsal.end(to);
    const [tally, otherTally] = rehearsal.tallies as [BacktestTally, BacktestTally | undefined];
    const version = journey.version.version;
    return {
      journey: request.key,
      version,
      from: toIso(from),
      to: toIso(to),
      events: rehearsal.events,
      earlierEvents: rehearsal.earlierEvents,
      ...tally.result(rehearsal.waiting(0)),
      collisions: await this.collisions(shopId, journey, request, tally),
      sample: this.samples.render(journey, shop.name, tally.sample),
      diff:
        other && otherTally
          ? compareTallies(tally, otherTally, other.version.version)
          : await this.compareWithLive(shopId, journey, request, tally),
    };
  }

  private async prepare(tx: Transaction, request: BacktestRequest) {
    const { key, version = null, against, to } = request;
    const journey = await this.find(tx, key, version);
    const other = against === undefined ? null : await this.find(tx, key, against);
    const [shop, suppressions, events] = await Promise.all([
      this.facts.shop(tx),
      this.history.suppressions(tx),
      this.history.count(tx, to),
    ]);
    return { journey, other, shop, suppressions, events } satisfies { shop: ShopFacts; [name: string]: unknown };
  }

  private async find(tx: Transaction, key: string, version: number | null): Promise<JourneyInForce> {
    const found = await this.history.findVersion(tx, key, version);
    const journey = found && (await this.plans.of(tx, [found.versionId])).get(found.versionId);
    if (journey?.plan.calendar) throw unheard(key, journey.plan.calendar.type);
    if (journey) return journey;
    throw new PermanentError(
      'not_found',
      version === null
        ? `There is no journey "${key}". Post its document to /api/v1/journeys first; it need not be published.`
        : `The journey "${key}" has no version ${version}. GET /api/v1/journeys/${key} lists its versions.`,
    );
  }

  /** The next page is on its way while the last one is played. */
  private async play(
    shopId: string,
    rehearsal: RehearseHistory,
    { to }: BacktestRequest,
    total: number,
    { onProgress, signal }: BacktestWatch,
  ): Promise<void> {
    onProgress?.({ events: 0, of: total, at: null });
    let page = await this.read(shopId, null, to);
    for (let played = 0; page.length > 0;) {
      const last = page.at(-1);
      const next = page.length === PAGE && last ? this.read(shopId, placeOf(last), to) : Promise.resolve([]);
      // told when it is waited for
      next.catch(() => undefined);
      for (const event of page) rehearsal.take(event);
      played += page.length;
      onProgress?.({ events: played, of: Math.max(total, played), at: last?.event.receivedAt ?? null });
      page = await next;
      refuseCancelled(signal);
    }
  }

  private read(shopId: string, after: HistoryPlace | null, before: Instant): Promise<readonly TimelineEvent[]> {
    return this.unitOfWork.inShop(shopId, (tx) => this.history.events(tx, after, before, PAGE));
  }

  private async collisions(
    shopId: string,
    { version }: JourneyInForce,
    stretch: Stretch,
    { messages }: BacktestTally,
  ): Promise<BacktestCollisions> {
    const search = new CollisionSearch(messages);
    await this.eachPage(
      shopId,
      (tx, cursor) => this.history.sentByOthers(tx, version.journeyId, stretch, cursor),
      (contact) => search.add(contact),
    );
    return search.result();
  }

  private async compareWithLive(
    shopId: string,
    { version }: JourneyInForce,
    stretch: Stretch,
    { messages }: BacktestTally,
  ): Promise<BacktestDifference> {
    const comparison = new MessageComparison(messages);
    await this.eachPage(
      shopId,
      (tx, cursor) => this.history.sentBy(tx, version.journeyId, stretch, cursor),
      (message) => comparison.add(message),
    );
    return comparison.result('live');
  }

  private async eachPage<T>(
    shopId: string,
    read: (tx: Transaction, cursor: string | null) => Promise<RecordedPage<T>>,
    take: (item: T) => void,
  ): Promise<void> {
    let cursor: string | null = null;
    do {
      const after: string | null = cursor;
      const page: RecordedPage<T> = await this.unitOfWork.inShop(shopId, (tx) => read(tx, after));
      for (const item of page.items) take(item);
      cursor = page.next;
    } while (cursor !== null);
  }
}

function compareTallies(tally: BacktestTally, other: BacktestTally, version: number): BacktestDifference {
  const comparison = new MessageComparison(tally.messages);
  const byDue = (a: TalliedMessage, b: TalliedMessage): number => a.dueAt - b.dueAt;
  for (const message of other.messages.toSorted(byDue)) comparison.add(message);
  return comparison.result(`version ${version}`);
}

function placeOf({ event, inboxId, ordinal }: TimelineEvent): HistoryPlace {
  return { receivedAt: toIso(toInstant(event.receivedAt)), inboxId, ordinal };
}

function refuseEmpty({ from, to }: Stretch): void {
  if (from < to) return;
  throw new PermanentError('validation', 'The range is empty: `from` must lie before `to`.', {
    faults: [{ pointer: '/to', code: 'range', message: 'must lie after `from`' }],
  });
}

function unheard(key: string, type: 'date' | 'schedule'): PermanentError {
  return new PermanentError(
    'validation',
    `"${key}" begins by a ${type}. A backtest plays what senders told, and knows no ${type}s; play a scenario instead.`,
  );
}

function refuseCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new PermanentError('conflict', 'The backtest was cancelled.');
}
