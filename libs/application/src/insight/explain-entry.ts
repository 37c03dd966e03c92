import { Injectable } from '@nestjs/common';
import { type DomainEvent, type FactsSnapshot, type Instant, type ShopFacts, startsBy, toInstant } from '#app/domain';
import type { TimelineEvent } from '../facts/facts-store.port.js';
import { identitiesOf } from '../intake/people.js';
import { toView } from '../journeys/runtime/hearing.js';
import { type JourneyInForce, JourneyPlans } from '../journeys/runtime/journey-plans.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { type ExplainedRule, factRules, ruleEvent, type RuleResult } from './entry-rules.js';
import { type EarlierRun, ExplainReader, type JourneyPeriod, type RunToExplain } from './explain-reader.port.js';
import { ExplainOpening } from './explain-opening.js';
import { factsOfThen } from './facts-of-then.js';
import type { JourneyOutline } from './visits.port.js';
import { inWords, refusalInWords } from './words.js';

/** Events of a person that are folded again; who has more is no customer. */
const MAX_EVENTS = 20_000;
/** Events of the trigger's type that are looked at, the newest ones. */
const MAX_ASKED = 20;

interface Question {
  readonly shop: ShopFacts;
  readonly outline: JourneyOutline;
  readonly customerId: string;
  /** The sender's id of the order; null: any. */
  readonly order: string | null;
  readonly runs: readonly RunToExplain[];
}

/** An event that might have let the person in, with the plan that was in force when it was received. */
interface Asked {
  readonly event: DomainEvent;
  readonly snapshot: FactsSnapshot | undefined;
  readonly receivedAt: Instant;
  readonly journey: JourneyInForce;
  readonly live: RuleResult;
  readonly run: RunToExplain | undefined;
}

/** Asks the rules of entry again for each event that might have let a person in, on the facts of that time. */
@Injectable()
export class ExplainEntry {
  constructor(
    private readonly reader: ExplainReader,
    private readonly plans: JourneyPlans,
    private readonly openings: ExplainOpening,
  ) {}

  async run(tx: Transaction, question: Question): Promise<ExplainedRule[]> {
    const { shop, outline, customerId, order } = question;
    const events = await this.reader.events(tx, customerId, MAX_EVENTS);
    const periods = await this.reader.periods(tx, outline.id);
    const journeys = await this.plans.of(tx, versionsOf(outline, periods, question.runs));
    const snapshots = factsOfThen(shop, customerId, events, await this.reader.written(tx, customerId));
    const asked = events
      .filter(({ event }) => order === null || event.order?.externalId === order)
      .flatMap(({ event }): Asked[] => {
        const run = question.runs.find(({ entry }) => entry.id === event.id);
        const heard = heardBy(event, events);
        const receivedAt = toInstant(heard.receivedAt);
        const force = inForce(outline, periods, heard, run);
        const journey = force.versionId === null ? undefined : journeys.get(force.versionId);
        if (!journey || !startsBy(journey.plan, toView(event))) return [];
        const live = run ? entered(run) : sayLive(force, receivedAt, outline, shop.timeZone);
        return [{ event, snapshot: snapshots.get(event.id), receivedAt, journey, live, run }];
      })
      .slice(-MAX_ASKED);
    const refused = await this.refusedStarts(tx, question);
    if (asked.length > 0) return [...(await this.explain(tx, question, asked)), ...refused];
    if (question.runs.length > 0 || refused.length > 0) return refused;
    const opening = await this.openings.why(tx, question, journeys.get(versionNow(outline)));
    return [opening ?? this.nothingHappened(question, journeys)];
  }

  /** Other journeys that were to start this one. */
  private async refusedStarts(
    tx: Transaction,
    { shop, outline, customerId, order }: Question,
  ): Promise<ExplainedRule[]> {
    const starts = await this.reader.refusedStarts(tx, { customerId, journey: outline.key, order }, MAX_ASKED);
    return starts.map(({ at, by, run, refused, detail }) => ({
      event: null,
      rule: 'start',
      holds: false,
      facts: {
        'start.journey': by,
        'start.run': run,
        'start.refused': refused,
        ...(detail === null ? {} : { detail }),
      },
      says: `The journey "${by}" was to start it on ${inWords(at, shop.timeZone)}; ${refusalInWords(refused)}.`,
    }));
  }

  private async explain(
    tx: Transaction,
    { shop, outline, runs }: Question,
    asked: readonly Asked[],
  ): Promise<ExplainedRule[]> {
    const judged = asked.map((one) => ({
      ...one,
      results: one.snapshot ? factRules(one.journey.plan, one.event, one.snapshot, one.receivedAt) : [UNKNOWN_PERSON],
    }));
    const keys = judged.flatMap(({ results }) => results.flatMap(({ entryKey }) => entryKey ?? []));
    const earlier = keys.length === 0 ? [] : await this.reader.earlierRuns(tx, outline.id, [...new Set(keys)]);
    return judged.flatMap(({ results, ...one }) => {
      const rules = [one.live, ...results];
      const key = results.find(({ entryKey }) => entryKey !== undefined)?.entryKey;
      if (key !== undefined) rules.push(sayReentry(one, key, earlier, shop.timeZone));
      const crowded = sayLimit(one, runs);
      if (crowded) rules.push(crowded);
      if (!one.run && rules.every(({ holds }) => holds)) rules.push(OTHERWISE);
      return rules.map(({ entryKey: _entryKey, ...rule }) => ({ event: ruleEvent(one.event), ...rule }));
    });
  }

  private nothingHappened({ outline, order }: Question, journeys: ReadonlyMap<string, JourneyInForce>): ExplainedRule {
    const type = journeys.get(versionNow(outline))?.plan.trigger.event ?? 'the event that starts it';
    const whose = order === null ? 'of this customer' : `of this customer's order ${order}`;
    const says = `The journey starts with ${type}; no such event ${whose} was ever received.`;
    return { event: null, rule: 'event', holds: false, facts: {}, says };
  }
}

function versionNow({ liveVersionId, versions }: JourneyOutline): string {
  return liveVersionId ?? versions[0]?.id ?? '';
}

/** Journeys hear of an event that names nobody once another event has told whose the order is: by which event they hear. */
function heardBy(event: DomainEvent, events: readonly TimelineEvent[]): DomainEvent {
  const { customer, order, receivedAt } = event;
  if (order === undefined || identitiesOf(customer).length > 0) return event;
  const naming = events.find(
    (other) => other.event.order?.externalId === order.externalId && identitiesOf(other.event.customer).length > 0,
  );
  return naming && naming.event.receivedAt > receivedAt ? naming.event : event;
}

const UUID_V7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7/;

/** Wall time at which an event was stored: its id begins with it. */
function wallTimeOf({ id }: DomainEvent): Instant {
  const [, high, low] = UUID_V7.exec(id) ?? [];
  return high === undefined || low === undefined ? Infinity : Number.parseInt(high + low, 16);
}

const UNKNOWN_PERSON: RuleResult = {
  rule: 'event',
  holds: false,
  facts: {},
  says: 'When this event was received nobody knew whom it concerned.',
};

/** Runs of the journey that the person had under way when the event was received, where there were as many as it allows. */
function sayLimit({ journey, receivedAt, run }: Asked, runs: readonly RunToExplain[]): RuleResult | undefined {
  const { limit } = journey.plan.document.entry;
  if (limit === undefined || run) return undefined;
  const count = runs.filter(
    (other) => other.startedAt <= receivedAt && (other.endedAt ?? Infinity) > receivedAt,
  ).length;
  if (count < limit) return undefined;
  const says = `The customer had ${count} of these runs under way, and the journey allows ${limit} at a time.`;
  return { rule: 'limit', holds: false, facts: { 'entry.limit': limit, 'runs.underWay': count }, says };
}

const OTHERWISE: RuleResult = {
  rule: 'entry',
  holds: false,
  facts: {},
  says:
    'Every rule that can be asked again holds, yet nobody entered. The journey may have changed state in the very moment in ' +
    'which the event was taken in, or all journeys of the shop may have been paused.',
};

interface Force {
  /** The version that was live then; else one by which the other rules can be asked all the same. */
  readonly versionId: string | null;
  readonly period: JourneyPeriod | undefined;
  readonly firstLive: JourneyPeriod | undefined;
}

function inForce(
  outline: JourneyOutline,
  periods: readonly JourneyPeriod[],
  heard: DomainEvent,
  run: RunToExplain | undefined,
): Force {
  const at = toInstant(heard.receivedAt);
  const wall = wallTimeOf(heard);
  const hadBegun = (known: JourneyPeriod): boolean => known.at < at || (known.at === at && known.notedAt <= wall);
  const period = periods.findLast(hadBegun);
  const firstLive = periods.find((known) => known.state === 'live' && !hadBegun(known));
  const versionId =
    run?.versionId ??
    period?.liveVersionId ??
    firstLive?.liveVersionId ??
    outline.liveVersionId ??
    outline.versions[0]?.id ??
    null;
  return { versionId, period, firstLive };
}

function versionsOf(
  outline: JourneyOutline,
  periods: readonly JourneyPeriod[],
  runs: readonly RunToExplain[],
): Set<string> {
  const latest = outline.versions[0]?.id;
  return new Set([
    ...periods.flatMap(({ liveVersionId }) => liveVersionId ?? []),
    ...runs.map(({ versionId }) => versionId),
    ...(outline.liveVersionId === null ? [] : [outline.liveVersionId]),
    ...(latest === undefined ? [] : [latest]),
  ]);
}

function entered(run: RunToExplain): RuleResult {
  return { rule: 'live', holds: true, facts: {}, says: `Version ${run.version} was live and the customer entered it.` };
}

function sayLive({ period, firstLive }: Force, at: Instant, outline: JourneyOutline, zone: string): RuleResult {
  const state = period?.state ?? 'draft';
  const when = inWords(at, zone);
  const version = outline.versions.find(({ id }) => id === period?.liveVersionId)?.version;
  const facts = { 'journey.state': state, ...(version === undefined ? {} : { 'journey.version': version }) };
  if (state === 'live')
    return {
      rule: 'live',
      holds: true,
      facts,
      says: `Version ${version ?? '?'} was live when it was received, ${when}.`,
    };
  const since = firstLive === undefined ? '' : ` It went live on ${inWords(firstLive.at, zone)}.`;
  const says =
    state === 'draft'
      ? `The journey had not been published when the event was received, ${when}.${since || ' It never was.'}`
      : `The journey was ${state} when the event was received, ${when}; nobody enters then.${since}`;
  return { rule: 'live', holds: false, facts, says };
}

function sayReentry(one: Asked, key: string, all: readonly EarlierRun[], zone: string): RuleResult {
  const { reentry } = one.journey.plan.document.entry;
  const facts = { 'entry.key': key, 'entry.reentry': reentry };
  const earlier = all.filter(
    (run) => run.entryKey === key && run.entryEventId !== one.event.id && run.startedAt <= one.receivedAt,
  );
  const blocking =
    reentry === 'never' ? earlier[0] : earlier.find(({ endedAt }) => endedAt === null || endedAt > one.receivedAt);
  if (one.run || !blocking)
    return { rule: 're-entry', holds: true, facts, says: `Nothing stood against an entry with the key "${key}".` };
  const since = `The key "${key}" entered on ${inWords(blocking.startedAt, zone)} (run ${blocking.id})`;
  const why = reentry === 'never' ? 'a key enters once only' : 'that run was still under way';
  return { rule: 're-entry', holds: false, facts: { ...facts, 'earlier.run': blocking.id }, says: `${since}; ${why}.` };
}
