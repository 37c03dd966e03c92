import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { FactsReader } from '../facts/facts.repository.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import {
  type JourneyOutline,
  type VisitCount,
  type VisitFilter,
  type VisitPage,
  Visits,
  type VisitState,
} from './visits.port.js';
import { windowOfDays } from '../shops/window-of-days.js';

export interface FunnelQuery {
  readonly version?: number | undefined;
  /** A time, or a calendar day in the shop's zone: `from` that day's start, `to` that day's end. Of the run's start. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface FunnelPeopleQuery extends FunnelQuery {
  readonly step?: string | undefined;
  readonly state?: VisitState | undefined;
  readonly reason?: string | undefined;
}

type Reasons = Record<string, number>;

/** Visits of one step: `entered` is the sum of all the others. */
export interface FunnelStep {
  readonly step: string;
  /** Null for a step that no version of the journey has. */
  readonly kind: string | null;
  entered: number;
  sent: number;
  passed: number;
  heldOut: number;
  readonly skipped: Reasons;
  readonly failed: Reasons;
  readonly waiting: Reasons;
  readonly exited: Reasons;
}

export interface Funnel {
  readonly journey: string;
  readonly version: number | null;
  readonly steps: readonly FunnelStep[];
}

/** What became of everybody who came to a step of a journey. */
@Injectable()
export class ReadFunnel {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly visits: Visits,
    private readonly facts: FactsReader,
  ) {}

  run(shopId: string, key: string, query: FunnelQuery): Promise<Funnel> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      const outline = await this.existing(tx, key, query.version);
      const counts = await this.visits.counts(tx, await this.filter(tx, outline, query));
      return { journey: key, version: query.version ?? null, steps: funnelOf(outline, counts, query.version) };
    });
  }

  people(
    shopId: string,
    key: string,
    query: FunnelPeopleQuery,
    page: { readonly cursor: string | null; readonly limit: number },
  ): Promise<VisitPage> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      const outline = await this.existing(tx, key, query.version);
      const { step = null, state = null, reason = null } = query;
      if (step !== null) refuseUnknownStep(outline, step);
      return this.visits.list(tx, { ...(await this.filter(tx, outline, query)), step, state, reason }, page);
    });
  }

  private async existing(tx: Transaction, key: string, version: number | undefined): Promise<JourneyOutline> {
    const outline = await this.visits.outline(tx, key);
    if (!outline)
      throw new PermanentError(
        'not_found',
        `There is no journey "${key}". GET /api/v1/journeys lists those there are.`,
      );
    if (version !== undefined && !outline.versions.some((known) => known.version === version)) {
      const last = outline.versions[0]?.version ?? 0;
      throw new PermanentError('not_found', `"${key}" has no version ${version}; its versions are 1 to ${last}.`);
    }
    return outline;
  }

  private async filter(tx: Transaction, outline: JourneyOutline, query: FunnelQuery): Promise<VisitFilter> {
    const { timeZone } = await this.facts.shop(tx);
    return { journeyId: outline.id, version: query.version ?? null, ...windowOfDays(query, timeZone) };
  }
}

/** Steps of any version: people may still wait at those of earlier ones. */
function refuseUnknownStep({ key, versions }: JourneyOutline, step: string): void {
  const known = new Set(versions.flatMap(({ steps }) => steps.map(({ id }) => id)));
  if (known.has(step)) return;
  throw new PermanentError('not_found', `"${key}" has no step "${step}"; its steps are ${[...known].join(', ')}.`);
}

/** Steps in the order of the version asked for (the newest otherwise), then those of older ones. */
function funnelOf({ versions }: JourneyOutline, counts: readonly VisitCount[], version?: number): FunnelStep[] {
  const steps = new Map<string, FunnelStep>();
  const asked = versions.find((known) => known.version === version) ?? versions[0];
  for (const { id, kind } of asked?.steps ?? []) steps.set(id, emptyStep(id, kind));
  const kinds = new Map(versions.toReversed().flatMap((known) => known.steps.map(({ id, kind }) => [id, kind])));
  for (const { step: id, state, reason, n } of counts) {
    const step = steps.get(id) ?? emptyStep(id, kinds.get(id) ?? null);
    steps.set(id, step);
    step.entered += n;
    if (state === 'sent' || state === 'passed' || state === 'heldOut') step[state] += n;
    else step[state][reason ?? 'unknown'] = n;
  }
  return [...steps.values()];
}

function emptyStep(step: string, kind: string | null): FunnelStep {
  return { step, kind, entered: 0, sent: 0, passed: 0, heldOut: 0, skipped: {}, failed: {}, waiting: {}, exited: {} };
}
