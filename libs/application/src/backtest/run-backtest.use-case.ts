import { Injectable } from '@nestjs/common';
import { type EventType, PermanentError, toIso } from '#app/domain';
import { FactsReader } from '../facts/facts.repository.js';
import { type JourneyInForce, JourneyPlans } from '../journeys/runtime/journey-plans.js';
import { SecretPort } from '../ports/secret.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { Shops } from '../shops/shops.repository.js';
import { BacktestHistory, type Concern, type Stretch } from './backtest-history.port.js';
import { BacktestPlay } from './backtest-play.js';
import type { BacktestReport } from './backtest-report.js';
import { BacktestTally } from './backtest-tally.js';
import { castsOf } from './casts.js';
import type { RehearsedPlay } from './journey-stage.js';
import { turnsOf } from './rehearsal-openings.js';
import type { Rehearsed } from './rehearse-history.js';
import { SampleMessages } from './sample-messages.js';
import { ShopDays } from './shop-days.js';
import { smsCost } from '../delivery/sms-cost.js';
import { byAddress } from './suppressions-of-then.js';

export interface BacktestRequest extends Stretch {
  readonly key: string;
  /** The latest version when left out. */
  readonly version?: number | undefined;
  /** Another version to compare with; what was really sent when left out. */
  readonly against?: number | undefined;
  /** Of one part of an SMS, in the shop's currency, such as 0.075. */
  readonly smsPrice?: number | undefined;
}

export interface BacktestProgress {
  /** Those who were played; people who share an order or an address count as one. */
  readonly people: number;
  readonly of: number;
  /** Events that were played. */
  readonly events: number;
}

export interface BacktestWatch {
  readonly onProgress?: (progress: BacktestProgress) => void;
  readonly signal?: AbortSignal;
}

/** Runs that began so long before the range are taken to be over by then. */
const LONGEST_RUN_MS = 366 * 86_400_000;
/** A key that no two people have in common. */
const OWN_KEY = /(^|\+\s*)(order|customer)\.id\s*($|\+)/;

/** Runs a journey over recorded history in virtual time. Reads only: nothing is stored, no message leaves. */
@Injectable()
export class RunBacktest {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly history: BacktestHistory,
    private readonly facts: FactsReader,
    private readonly shops: Shops,
    private readonly plans: JourneyPlans,
    private readonly samples: SampleMessages,
    private readonly secrets: SecretPort,
  ) {}

  /** @throws PermanentError `validation` for an empty range, `not_found` for a journey or version that isn't there, `conflict` when cancelled */
  async run(shopId: string, request: BacktestRequest, watch: BacktestWatch = {}): Promise<BacktestReport> {
    const { from, to } = request;
    refuseEmpty(request);
    return this.unitOfWork.inShop(shopId, async (tx) => {
      const start = await this.prepare(tx, request);
      const { journey, other, rehearsed, days } = start;
      const play = new BacktestPlay(rehearsed, days, this.secrets);
      await this.play(tx, play, start, watch);
      const [{ tally }] = rehearsed.plays as [RehearsedPlay];
      const tallied = tally.result();
      return {
        journey: request.key,
        version: journey.version.version,
        from: toIso(from),
        to: toIso(to),
        events: play.events,
        earlierEvents: play.earlierEvents,
        ...tallied,
        sms: { ...tallied.sms, cost: smsCost(tallied.sms.segments, request.smsPrice, rehearsed.shop.currency) },
        collisions: play.collisions.result(),
        sample: await this.samples.render(tx, journey, rehearsed.shop.name, tally.sample),
        diff: play.comparison.result(other === null ? 'live' : `version ${other.version.version}`),
      };
    });
  }

  private async prepare(tx: Transaction, request: BacktestRequest) {
    const { key, version = null, against, from, to } = request;
    const journey = await this.find(tx, key, version);
    const other = against === undefined ? null : await this.find(tx, key, against);
    const journeys = other ? [journey, other] : [journey];
    const { journeyId } = journey.version;
    const published = await this.history.firstPublished(tx, journeyId);
    const since = Math.min(from, published ?? from);
    const [shop, rules, texts] = await Promise.all([
      this.facts.shop(tx),
      this.shops.contactRules(tx),
      this.shops.texts(tx),
    ]);
    const days = new ShopDays(shop.timeZone);
    const playOf = (each: JourneyInForce): RehearsedPlay => ({
      journey: each,
      tally: new BacktestTally(each.plan, days),
      turns: each.plan.calendar?.type === 'schedule' ? turnsOf(each.plan.calendar, shop.timeZone, since - 1, to) : [],
    });
    const plays = journeys.map(playOf);
    const rehearsed: Rehearsed = {
      shop,
      rules,
      texts,
      plays,
      since,
      range: { from, to },
      suppressed: byAddress(await this.history.suppressions(tx)),
    };
    const concern: Concern = {
      journeyId,
      triggers: triggersOf(journeys),
      stretch: { from: Math.max(since, from - LONGEST_RUN_MS), to },
    };
    return { journey, other, rehearsed, concern, days };
  }

  private async find(tx: Transaction, key: string, version: number | null): Promise<JourneyInForce> {
    const found = await this.history.findVersion(tx, key, version);
    const journey = found && (await this.plans.of(tx, [found.versionId])).get(found.versionId);
    if (journey) return journey;
    throw new PermanentError(
      'not_found',
      version === null
        ? `There is no journey "${key}". Post its document to /api/v1/journeys first; it need not be published.`
        : `The journey "${key}" has no version ${version}. GET /api/v1/journeys/${key} lists its versions.`,
    );
  }

  private async play(
    tx: Transaction,
    play: BacktestPlay,
    { rehearsed, concern }: { rehearsed: Rehearsed; concern: Concern },
    { onProgress, signal }: BacktestWatch,
  ): Promise<void> {
    const { plays, range } = rehearsed;
    const show = (of: number): void =>
      onProgress?.({ people: play.casts, of, events: play.events + play.earlierEvents });
    show(0);
    const together = plays.some(({ journey }) => !OWN_KEY.test(journey.plan.entryKey));
    const casts = together ? null : castsOf(await this.history.kinships(tx, range.to));
    for await (const page of this.history.pages(tx, { concern, before: range.to, casts })) {
      refuseCancelled(signal);
      play.take(page);
      await this.compare(tx, play, concern);
      await this.countParts(tx, rehearsed);
      show(page.casts);
    }
    play.end();
    await this.compare(tx, play, concern);
    await this.countParts(tx, rehearsed);
    show(play.casts);
  }

  /** Page by page, since their words need snippets. */
  private async countParts(tx: Transaction, { plays, shop }: Rehearsed): Promise<void> {
    for (const { journey, tally } of plays) {
      const texts = tally.takeTexts();
      if (texts.length > 0) tally.addSegments(await this.samples.segments(tx, journey, shop.name, texts));
    }
  }

  private async compare(tx: Transaction, play: BacktestPlay, { journeyId }: Concern): Promise<void> {
    const people = play.takePlayed();
    if (people.length === 0) return;
    play.compare(await this.history.sentBy(tx, journeyId, people, play.range));
  }
}

function refuseEmpty({ from, to }: Stretch): void {
  if (from < to) return;
  throw new PermanentError('validation', 'The range is empty: `from` must lie before `to`.', {
    faults: [{ pointer: '/to', code: 'range', message: 'must lie after `from`' }],
  });
}

/** What can let people in where no sender's event does can concern everybody. */
function triggersOf(journeys: readonly JourneyInForce[]): readonly EventType[] | null {
  return journeys.some(({ plan }) => plan.calendar) ? null : journeys.map(({ plan }) => plan.trigger.event);
}

function refuseCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new PermanentError('conflict', 'The backtest was cancelled.');
}
