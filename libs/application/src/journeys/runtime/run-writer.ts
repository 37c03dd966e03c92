import { Injectable } from '@nestjs/common';
import type { Instant } from '#app/domain';
import { ActStore } from '../../acts/act-store.port.js';
import { KeepDates } from '../entries/keep-dates.js';
import type { Transaction } from '../../ports/unit-of-work.port.js';
import type { Outlet, RuntimeReport } from '../journey-runtime.port.js';
import { LinkJourneys } from './link-journeys.js';
import { PlanMessages } from './plan-messages.js';
import type { DecidedAct, RunBatch } from './run-batch.js';
import { RunStore } from './run-store.port.js';

/** Writes what a batch has decided: runs, journals, timers, messages and acts, one statement a table. */
@Injectable()
export class RunWriter {
  constructor(
    private readonly runs: RunStore,
    private readonly planMessages: PlanMessages,
    private readonly acts: ActStore,
    private readonly links: LinkJourneys,
    private readonly dates: KeepDates,
  ) {}

  /** Carries out the starts and stops of journeys that have been decided so far, and what follows from them. */
  follow(tx: Transaction, batch: RunBatch, now: Instant): Promise<void> {
    return this.links.follow(tx, batch, now);
  }

  async write(tx: Transaction, shopId: string, batch: RunBatch, now: Instant): Promise<RuntimeReport> {
    await this.follow(tx, batch, now);
    await this.dates.settle(tx, batch, now);
    const changes = batch.changes();
    if (changes.length === 0) return { started: 0, moved: 0, messages: 0, media: [] };
    const [lost, suppressions] = await Promise.all([
      this.runs.insert(tx, changes),
      this.planMessages.suppressions(tx, batch.sends),
    ]);
    const sends = batch.sends.filter((send) => !lost.has(send.tracked.run.id));
    const acts = batch.acts.filter((act) => !lost.has(act.tracked.run.id));
    const messages = this.planMessages.plan(shopId, sends, suppressions, now);
    await Promise.all([
      this.runs.save(
        tx,
        changes.filter((change) => !lost.has(change.run.id)),
      ),
      this.runs.suppressQueued(tx, batch.exitedRunIds(), 'run-exited'),
      this.runs.planMessages(tx, messages),
      this.acts.perform(
        tx,
        acts.map(({ tracked, effect }) => ({ run: tracked.run, effect })),
      ),
    ]);
    const ready = messages.filter((message) => message.state === 'queued' && !message.run.isHeld);
    const started = changes.filter((change) => change.isNew).length;
    const media = new Set<Outlet>(ready.map((message) => message.medium));
    if (acts.some(isReadyCall)) media.add('webhook');
    return {
      started: started - lost.size,
      moved: changes.length - started,
      messages: ready.length,
      media: [...media],
    };
  }
}

function isReadyCall({ effect, tracked }: DecidedAct): boolean {
  return effect.act.type === 'call' && !tracked.run.isHeld;
}
