import { Logger } from '@nestjs/common';
import type { Metrics, QueueName } from '#app/application';

const LOG_EVERY_MS = 10_000;

/** Counts hints that could not be sent, and says so now and then: an away queue is no flood of log lines. */
export class LostHints {
  private readonly logger = new Logger('Queue');
  private metrics: Metrics | null = null;
  private silentUntilMs = 0;
  private unsaid = 0;

  countIn(metrics: Metrics): this {
    this.metrics = metrics;
    return this;
  }

  note(queue: QueueName, error: unknown): void {
    this.metrics?.count('afterglow_hints_total', { queue, result: 'lost' });
    this.unsaid += 1;
    const nowMs = performance.now();
    if (nowMs < this.silentUntilMs) return;
    this.silentUntilMs = nowMs + LOG_EVERY_MS;
    const reason = error instanceof Error ? error.message : String(error);
    this.logger.warn(
      { queue, lost: this.unsaid, reason },
      'Hints are lost; the sweepers find the rows within a second',
      'Queue',
    );
    this.unsaid = 0;
  }
}
