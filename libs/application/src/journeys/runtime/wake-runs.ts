import { Injectable } from '@nestjs/common';
import { AfterglowError, decide, type Instant } from '#app/domain';
import { FactsReader } from '../../facts/facts.repository.js';
import { ClockPort } from '../../ports/clock.port.js';
import type { Transaction } from '../../ports/unit-of-work.port.js';
import type { RuntimeReport } from '../journey-runtime.port.js';
import { JourneyPlans } from './journey-plans.js';
import { RunBatch, TrackedRun } from './run-batch.js';
import { RunWriter } from './run-writer.js';
import { type ClaimedTimer, TimerStore } from './timer-store.port.js';

export interface FailedTimer {
  readonly timer: ClaimedTimer;
  readonly error: unknown;
}

export interface WakeReport extends RuntimeReport {
  /** Timers whose runs could not be decided; nothing of theirs was written. */
  readonly failed: readonly FailedTimer[];
}

/** Wakes the runs of claimed timers of one shop, in the order in which they fell due, within one transaction. */
@Injectable()
export class WakeRuns {
  constructor(
    private readonly timers: TimerStore,
    private readonly plans: JourneyPlans,
    private readonly facts: FactsReader,
    private readonly writer: RunWriter,
    private readonly clock: ClockPort,
  ) {}

  async run(tx: Transaction, timers: readonly ClaimedTimer[]): Promise<WakeReport> {
    const [due, shop, now] = await Promise.all([
      this.timers.lockDue(tx, timers),
      this.facts.shop(tx),
      this.clock.now(tx),
    ]);
    const batch = new RunBatch();
    const failed: FailedTimer[] = [];
    if (due.length === 0) return { started: 0, moved: 0, messages: 0, media: [], failed };
    const [journeys, snapshots] = await Promise.all([
      this.plans.of(
        tx,
        due.map(({ run }) => run.versionId),
      ),
      this.facts.snapshots(
        tx,
        shop,
        due.map(({ run }) => ({ customerId: run.customerId, orderId: run.orderId })),
      ),
    ]);
    const tracked = due.map(({ run }, index) => {
      const journey = journeys.get(run.versionId);
      const woken = journey && new TrackedRun(run, journey, false, snapshots[index]);
      if (woken) batch.track(woken);
      return woken;
    });
    for (const [index, { timer, run }] of due.entries()) {
      if (batch.hasLinksOf(run.customerId)) await this.writer.follow(tx, batch, now);
      try {
        wake(batch, timer, tracked[index], now);
      } catch (error) {
        failed.push({ timer, error });
      }
    }
    return { ...(await this.writer.write(tx, shop.id, batch, now)), failed };
  }
}

/** A run that another one of the batch has stopped meanwhile is left as it is: its timer goes with it. */
function wake(batch: RunBatch, { runId, dueAt }: ClaimedTimer, tracked: TrackedRun | undefined, now: Instant): void {
  if (!tracked?.snapshot)
    throw new AfterglowError('internal', `Run ${runId} has lost its journey version or its customer.`);
  const { run, journey, isWaiting, isTouched } = tracked;
  if (isTouched && !isWaiting) return;
  const snapshot = batch.seen(run.customerId, tracked.snapshot);
  const decision = decide(journey.plan, run.state, { type: 'woke', dueAt }, snapshot, now);
  if (decision.journal.length === 0)
    throw new AfterglowError('internal', `Run ${runId} does not wait for the time of its timer.`);
  batch.apply(tracked, decision, snapshot);
}
