import { Injectable } from '@nestjs/common';
import { type FactsSnapshot, type Instant, type OverdueChoice, settleOverdue } from '#app/domain';
import { FactsReader } from '../../facts/facts.repository.js';
import { ClockPort } from '../../ports/clock.port.js';
import type { Transaction } from '../../ports/unit-of-work.port.js';
import { JourneyPlans } from '../runtime/journey-plans.js';
import { RunBatch } from '../runtime/run-batch.js';
import { RunWriter } from '../runtime/run-writer.js';
import { apply, factsOf, type Last, lastOf, PAGE } from './decide-on-runs.js';
import { OverdueStore } from './overdue-store.port.js';

/** A journey that is paused, at the time at which it is resumed. */
export interface Pause {
  readonly journeyId: string;
  readonly since: Instant;
  readonly now: Instant;
}

/** Shifts or ends runs whose wait ended during a pause, a page of them in each transaction. They stay held until the pause is over. */
@Injectable()
export class SettleOverdue {
  constructor(
    private readonly overdue: OverdueStore,
    private readonly plans: JourneyPlans,
    private readonly facts: FactsReader,
    private readonly writer: RunWriter,
    private readonly clock: ClockPort,
  ) {}

  async page(
    tx: Transaction,
    pause: Pause,
    choice: OverdueChoice,
    after: Last,
    tally: { runs: number },
  ): Promise<Last> {
    const runs = await this.overdue.lockRuns(tx, pause.journeyId, pause.now, { after, limit: PAGE });
    if (runs.length === 0) return null;
    const { shop, now, snapshots } = await factsOf(tx, this.facts, this.clock, runs);
    const versions = await this.plans.of(
      tx,
      runs.map(({ versionId }) => versionId),
    );
    const batch = new RunBatch();
    for (const [index, run] of runs.entries()) {
      const version = versions.get(run.versionId);
      const snapshot = snapshots[index] as FactsSnapshot;
      if (!version) continue;
      tally.runs += 1;
      apply(batch, run, version, settleOverdue(version.plan, run.state, choice, pause.since, snapshot, now), snapshot);
    }
    await this.writer.write(tx, shop.id, batch, now);
    return lastOf(runs);
  }
}
