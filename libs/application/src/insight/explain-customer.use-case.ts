import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { PeopleDirectory } from '../facts/people-directory.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import type { ExplainedRule } from './entry-rules.js';
import { ExplainEntry } from './explain-entry.js';
import { ExplainReader } from './explain-reader.port.js';
import { type ExplainedRun, explainRun, type NextMove } from './explain-runs.js';
import { type JourneyOutline, Visits } from './visits.port.js';

/** Runs of one person through one journey that are told, the newest ones. */
const MAX_RUNS = 20;

export interface ExplainQuery {
  /** Key of the journey. */
  readonly journey: string;
  /** The sender's id of the order. */
  readonly order?: string | undefined;
}

export interface Explanation {
  readonly customer: string;
  readonly journey: string;
  /** Of the newest run; without any, the one that people enter now, or the newest. */
  readonly version: number;
  readonly verdict: 'entered' | 'not-entered';
  /** By event, in the order in which they were received. */
  readonly rules: readonly ExplainedRule[];
  /** Newest first. */
  readonly runs: readonly ExplainedRun[];
  readonly next: NextMove | null;
  readonly says: string;
}

/** Why a person got what they got from a journey, and why they did not get the rest. */
@Injectable()
export class ExplainCustomer {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly people: PeopleDirectory,
    private readonly visits: Visits,
    private readonly entries: ExplainEntry,
    private readonly reader: ExplainReader,
  ) {}

  run(shopId: string, customerId: string, query: ExplainQuery): Promise<Explanation> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      const customer = await this.people.customer(tx, customerId);
      if (!customer)
        throw new PermanentError(
          'not_found',
          `This shop has no customer ${customerId}. GET /api/v1/customers?email= finds one by address.`,
        );
      const outline = await this.visits.outline(tx, query.journey);
      if (!outline)
        throw new PermanentError(
          'not_found',
          `There is no journey "${query.journey}". GET /api/v1/journeys lists those there are.`,
        );
      return this.explain(tx, customer.id, outline, query.order ?? null);
    });
  }

  private async explain(
    tx: Transaction,
    customerId: string,
    outline: JourneyOutline,
    order: string | null,
  ): Promise<Explanation> {
    const { facts: shop, isPaused: isShopPaused } = await this.reader.shop(tx);
    const found = await this.reader.runs(tx, { customerId, journeyId: outline.id, order }, MAX_RUNS);
    const messages =
      found.length === 0
        ? []
        : await this.reader.messages(
            tx,
            found.map(({ id }) => id),
          );
    const circumstances = { zone: shop.timeZone, isShopPaused, isJourneyPaused: outline.state === 'paused' };
    const runs = found.map((run) =>
      explainRun(
        run,
        messages.filter(({ runId }) => runId === run.id),
        circumstances,
      ),
    );
    const rules = await this.entries.run(tx, { shop, outline, customerId, order, runs: found });
    const next = runs.find((run) => run.next !== null)?.next ?? null;
    return {
      customer: customerId,
      journey: outline.key,
      version: found[0]?.version ?? versionNow(outline),
      verdict: runs.length > 0 ? 'entered' : 'not-entered',
      rules,
      runs,
      next,
      says: summaryOf(rules, runs, next),
    };
  }
}

function versionNow({ versions, liveVersionId }: JourneyOutline): number {
  return (versions.find(({ id }) => id === liveVersionId) ?? versions[0])?.version ?? 1;
}

/** The newest run, or the first rule that kept the newest event from starting one. */
function summaryOf(rules: readonly ExplainedRule[], runs: readonly ExplainedRun[], next: NextMove | null): string {
  const [run] = runs;
  if (run) return [...new Set([run.says, run.messages.at(-1)?.says, next?.says])].filter(Boolean).join(' ');
  const last = rules.at(-1)?.event?.id;
  const broken = rules.find(({ event, holds }) => event?.id === last && !holds) ?? rules.find(({ holds }) => !holds);
  return `Never entered. ${broken?.says ?? ''}`.trim();
}
