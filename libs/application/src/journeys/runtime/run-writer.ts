import { Injectable } from '@nestjs/common';
import type { Instant, Medium } from '#app/domain';
import type { Transaction } from '../../ports/unit-of-work.port.js';
import type { RuntimeReport } from '../journey-runtime.port.js';
import { PlanMessages } from './plan-messages.js';
import type { RunBatch } from './run-batch.js';
import { RunStore } from './run-store.port.js';

/** Writes what a batch has decided: runs, journals, timers and messages, one statement a table. */
@Injectable()
export class RunWriter {
  constructor(
    private readonly runs: RunStore,
    private readonly planMessages: PlanMessages,
  ) {}

  async write(tx: Transaction, shopId: string, batch: RunBatch, now: Instant): Promise<RuntimeReport> {
    const changes = batch.changes();
    if (changes.length === 0) return { started: 0, moved: 0, messages: 0, media: [] };
    const [lost, suppressions] = await Promise.all([
      this.runs.save(tx, changes),
      this.planMessages.suppressions(tx, batch.sends),
    ]);
    const sends = batch.sends.filter((send) => !lost.has(send.tracked.run.id));
    const messages = this.planMessages.plan(shopId, sends, suppressions, now);
    await Promise.all([
      this.runs.suppressQueued(tx, batch.exitedRunIds(), 'run-exited'),
      this.runs.planMessages(tx, messages),
    ]);
    const ready = messages.filter((message) => message.state === 'queued' && !message.run.isHeld);
    const started = changes.filter((change) => change.isNew).length;
    return {
      started: started - lost.size,
      moved: changes.length - started,
      messages: ready.length,
      media: [...new Set<Medium>(ready.map((message) => message.medium))],
    };
  }
}
