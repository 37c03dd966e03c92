import { Injectable } from '@nestjs/common';
import {
  type CallReport,
  ClockPort,
  type FiringReport,
  type InboxReport,
  Metrics,
  type OpeningReport,
  type QueueName,
} from '#app/application';

/** Counts what the rounds of this process did, and how long those took that found something. */
@Injectable()
export class WorkMetrics {
  constructor(
    private readonly metrics: Metrics,
    private readonly clock: ClockPort,
  ) {}

  async intake(round: () => Promise<InboxReport>): Promise<InboxReport> {
    const report = await this.timed('intake', round);
    const { claimed, released, buried } = report;
    this.count('afterglow_inbox_total', { result: 'done' }, claimed - released - buried);
    this.count('afterglow_inbox_total', { result: 'released' }, released);
    this.count('afterglow_inbox_total', { result: 'dead' }, buried);
    if (report.events > 0) this.metrics.count('afterglow_events_total', {}, report.events);
    if (report.started > 0) this.metrics.count('afterglow_runs_total', { change: 'started' }, report.started);
    if (report.moved > 0) this.metrics.count('afterglow_runs_total', { change: 'moved' }, report.moved);
    return report;
  }

  async timers(round: () => Promise<FiringReport>): Promise<FiringReport> {
    const report = await this.timed('timers', round);
    if (report.fired > 0) this.metrics.count('afterglow_timers_total', { state: 'fired' }, report.fired);
    if (report.dead > 0) this.metrics.count('afterglow_timers_total', { state: 'dead' }, report.dead);
    return report;
  }

  async entries(round: () => Promise<OpeningReport>): Promise<OpeningReport> {
    const report = await this.timed('timers', round);
    if (report.started > 0) this.metrics.count('afterglow_runs_total', { change: 'started' }, report.started);
    return report;
  }

  async calls(round: () => Promise<CallReport>): Promise<CallReport> {
    const report = await this.timed('delivery-webhook', round);
    for (const state of ['sent', 'failed', 'retried'] as const)
      if (report[state] > 0) this.metrics.count('afterglow_calls_total', { state }, report[state]);
    return report;
  }

  async timed<R extends { readonly claimed: number }>(queue: QueueName, round: () => Promise<R>): Promise<R> {
    const startMs = this.clock.monotonicMs();
    const report = await round();
    if (report.claimed > 0) {
      this.metrics.observe('afterglow_round_seconds', (this.clock.monotonicMs() - startMs) / 1_000, { queue });
    }
    return report;
  }

  private count(name: 'afterglow_inbox_total', labels: { readonly result: string }, n: number): void {
    if (n > 0) this.metrics.count(name, labels, n);
  }
}
