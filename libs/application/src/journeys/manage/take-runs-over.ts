import { Injectable } from '@nestjs/common';
import { type Decision, type FactsSnapshot, type Instant, migrate, takeBack } from '#app/domain';
import { FactsReader } from '../../facts/facts.repository.js';
import { ClockPort } from '../../ports/clock.port.js';
import type { Transaction } from '../../ports/unit-of-work.port.js';
import { type JourneyInForce, JourneyPlans } from '../runtime/journey-plans.js';
import { RunBatch } from '../runtime/run-batch.js';
import type { StoredRun } from '../runtime/run-store.port.js';
import { RunWriter } from '../runtime/run-writer.js';
import { apply, factsOf, type Last, lastOf, PAGE } from './decide-on-runs.js';
import { migrationOf } from './migration-plan.js';
import { type Publication, PublicationStore, type TakenRun } from './publication-store.port.js';

/** What became of runs under way; `due`: of those that were moved or re-timed, the ones whose wait is over already. */
export interface TakeOver {
  kept: number;
  moved: number;
  retimed: number;
  exited: number;
  due: number;
  /** Messages that follow at once. */
  messages: number;
}

export interface TakeBack {
  restored: number;
  /** Runs that have gone on since, or did something that can't be taken back: they stay as they are. */
  goneOn: number;
}

export const nothingTaken = (): TakeOver => ({ kept: 0, moved: 0, retimed: 0, exited: 0, due: 0, messages: 0 });

/** Takes waiting runs over to a version that was published, and back; a page of them in each transaction. */
@Injectable()
export class TakeRunsOver {
  constructor(
    private readonly publications: PublicationStore,
    private readonly plans: JourneyPlans,
    private readonly facts: FactsReader,
    private readonly writer: RunWriter,
    private readonly clock: ClockPort,
  ) {}

  async version(tx: Transaction, versionId: string): Promise<JourneyInForce | undefined> {
    return (await this.plans.of(tx, [versionId])).get(versionId);
  }

  /** Decides on the next page of runs and counts what comes of it; writes it unless the publication has no id: then it is a trial. */
  async page(
    tx: Transaction,
    publication: Omit<Publication, 'id'> & { readonly id: string | null },
    after: Last,
    tally: TakeOver,
  ): Promise<Last> {
    const { journeyId, toVersionId, plan, id } = publication;
    const runs = await this.publications.lockOthers(tx, journeyId, toVersionId, { after, limit: PAGE });
    const target = await this.version(tx, toVersionId);
    if (runs.length === 0 || !target) return null;
    const { shop, now, snapshots } = await factsOf(tx, this.facts, this.clock, runs);
    const batch = new RunBatch();
    const taken: { before: StoredRun; seqAfter: number }[] = [];
    for (const [index, before] of runs.entries()) {
      const snapshot = snapshots[index] as FactsSnapshot;
      const migration = migrationOf(plan, before.state.step ?? '');
      if (!migration) {
        tally.kept += 1;
        continue;
      }
      const decision = migrate(target.plan, before.state, migration, target.version.version, snapshot, now);
      const action = ({ move: 'moved', retime: 'retimed', exit: 'exited' } as const)[migration.action];
      tally[action] += 1;
      count(tally, decision, now);
      apply(batch, { ...before, versionId: toVersionId }, target, decision, snapshot);
      if (isReversible(decision)) taken.push({ before, seqAfter: decision.run.seq });
    }
    if (id !== null) {
      await this.writer.write(tx, shop.id, batch, now);
      await this.publications.keep(tx, id, taken);
    }
    return lastOf(runs);
  }

  /** Puts the next page of runs back to where they waited. */
  async pageBack(tx: Transaction, publicationId: string, after: Last, tally: TakeBack): Promise<Last> {
    const taken = await this.publications.lockTaken(tx, publicationId, { after, limit: PAGE });
    const open = taken.filter(({ run, seqAfter }) => run.state.seq === seqAfter);
    tally.goneOn += taken.length - open.length;
    tally.restored += open.length;
    const { shop, now, snapshots } = await factsOf(
      tx,
      this.facts,
      this.clock,
      open.map(({ run }) => run),
    );
    const versions = await this.plans.of(
      tx,
      open.map(({ versionIdBefore }) => versionIdBefore),
    );
    const batch = new RunBatch();
    for (const [index, item] of open.entries()) {
      const version = versions.get(item.versionIdBefore);
      const snapshot = snapshots[index];
      if (version && snapshot) restore(batch, item, version, snapshot, now);
    }
    await this.writer.write(tx, shop.id, batch, now);
    return lastOf(taken.map(({ run }) => run));
  }
}

function restore(
  batch: RunBatch,
  { run, versionIdBefore, before }: TakenRun,
  version: JourneyInForce,
  snapshot: FactsSnapshot,
  now: Instant,
): void {
  const decision = takeBack(version.plan, run.state, before, version.version.version, snapshot, now);
  apply(batch, { ...run, versionId: versionIdBefore }, version, decision, snapshot);
}

function count(tally: TakeOver, { effects }: Decision, now: Instant): void {
  for (const effect of effects) {
    if (effect.type === 'send') tally.messages += 1;
    if (effect.type === 'wake' && effect.at <= now) tally.due += 1;
  }
}

/** What was sent, or done otherwise, stays done. */
function isReversible({ effects }: Decision): boolean {
  return effects.every(({ type }) => type === 'wake' || type === 'finish');
}
