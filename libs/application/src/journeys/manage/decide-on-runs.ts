import type { Decision, FactsSnapshot, Instant, ShopFacts } from '#app/domain';
import type { FactsReader } from '../../facts/facts.repository.js';
import type { ClockPort } from '../../ports/clock.port.js';
import type { Transaction, UnitOfWork } from '../../ports/unit-of-work.port.js';
import type { JourneyInForce } from '../runtime/journey-plans.js';
import { type RunBatch, TrackedRun } from '../runtime/run-batch.js';
import type { StoredRun } from '../runtime/run-store.port.js';

/** Runs of one transaction. */
export const PAGE = 500;

/** The last run of the page; null: there are no more. */
export type Last = string | null;

/** One page after the other, each in a transaction of its own. */
export async function inPages(
  unitOfWork: UnitOfWork,
  shopId: string,
  page: (tx: Transaction, after: Last) => Promise<Last>,
): Promise<void> {
  let after: Last = null;
  do after = await unitOfWork.inShop(shopId, (tx) => page(tx, after));
  while (after !== null);
}

export function lastOf(runs: readonly { readonly id: string }[]): Last {
  return runs.length < PAGE ? null : (runs.at(-1)?.id ?? null);
}

/** What is known of each run's person and order. */
export async function factsOf(
  tx: Transaction,
  facts: FactsReader,
  clock: ClockPort,
  runs: readonly StoredRun[],
): Promise<{ readonly shop: ShopFacts; readonly now: Instant; readonly snapshots: readonly FactsSnapshot[] }> {
  const [shop, now] = await Promise.all([facts.shop(tx), clock.now(tx)]);
  const subjects = runs.map(({ customerId, orderId }) => ({ customerId, orderId }));
  return { shop, now, snapshots: await facts.snapshots(tx, shop, subjects) };
}

export function apply(
  batch: RunBatch,
  run: StoredRun,
  version: JourneyInForce,
  decision: Decision,
  snapshot: FactsSnapshot,
): void {
  const tracked = new TrackedRun(run, version, false, snapshot);
  batch.track(tracked);
  batch.apply(tracked, decision, snapshot);
}
