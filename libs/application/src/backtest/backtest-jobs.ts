import { Injectable } from '@nestjs/common';
import { AfterglowError, PermanentError, TransientError } from '#app/domain';
import { IdPort } from '../ports/id.port.js';
import type { BacktestReport } from './backtest-report.js';
import { type BacktestProgress, type BacktestRequest, RunBacktest } from './run-backtest.use-case.js';

export type BacktestState = 'running' | 'done' | 'failed' | 'cancelled';

export interface BacktestJob {
  readonly id: string;
  readonly journey: string;
  readonly state: BacktestState;
  readonly progress: BacktestProgress;
  readonly report: BacktestReport | null;
  /** Why it failed. */
  readonly error: { readonly code: string; readonly text: string } | null;
}

interface Job extends BacktestJob {
  readonly shopId: string;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
  readonly failure: unknown;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Each takes a processor for itself. */
const MAX_RUNNING = 2;
/** Ended jobs whose reports can still be fetched. */
const MAX_KEPT = 20;

/**
 * Backtests under way and just ended. A job lives in the process that started it: another process doesn't know it, and it is
 * gone after a restart.
 */
@Injectable()
export class BacktestJobs {
  private readonly jobs = new Map<string, Mutable<Job>>();

  constructor(
    private readonly backtest: RunBacktest,
    private readonly ids: IdPort,
  ) {}

  /** @throws TransientError `unavailable` while this process runs as many as it may */
  start(shopId: string, request: BacktestRequest): BacktestJob {
    const running = [...this.jobs.values()].filter(({ state }) => state === 'running').length;
    if (running >= MAX_RUNNING)
      throw new TransientError(
        'unavailable',
        `${MAX_RUNNING} backtests are running already. Wait for one to end, or cancel it by DELETE /api/v1/backtests/:id.`,
        { retryAfterS: 10 },
      );
    this.forgetOldest();
    const job: Mutable<Job> = {
      id: this.ids.next(),
      shopId,
      journey: request.key,
      state: 'running',
      progress: { people: 0, of: 0, events: 0 },
      report: null,
      error: null,
      stop: new AbortController(),
      ended: Promise.resolve(),
      failure: undefined,
    };
    this.jobs.set(job.id, job);
    job.ended = this.run(job, request);
    return job;
  }

  /** @throws PermanentError `not_found` */
  get(shopId: string, id: string): BacktestJob {
    return this.find(shopId, id);
  }

  /** Resolves once the job has ended. @throws what the backtest refused the request with, such as an unknown journey */
  async ended(shopId: string, id: string): Promise<BacktestJob> {
    const job = this.find(shopId, id);
    await job.ended;
    if (job.failure !== undefined) throw job.failure;
    return job;
  }

  /** Stops it after the page of events at hand. A job that has ended stays as it is. */
  async cancel(shopId: string, id: string): Promise<BacktestJob> {
    const job = this.find(shopId, id);
    job.stop.abort();
    await job.ended;
    return job;
  }

  /** Cancels everything that runs in this process. */
  async stopAll(): Promise<void> {
    const jobs = [...this.jobs.values()];
    for (const { stop } of jobs) stop.abort();
    await Promise.all(jobs.map(({ ended }) => ended));
  }

  private async run(job: Mutable<Job>, request: BacktestRequest): Promise<void> {
    const onProgress = (progress: BacktestProgress): void => {
      job.progress = progress;
    };
    try {
      job.report = await this.backtest.run(job.shopId, request, { onProgress, signal: job.stop.signal });
      job.state = 'done';
    } catch (error) {
      if (job.stop.signal.aborted) {
        job.state = 'cancelled';
        return;
      }
      job.state = 'failed';
      job.failure = error;
      const text = error instanceof Error ? error.message : String(error);
      job.error = { code: error instanceof AfterglowError ? error.code : 'internal', text };
    }
  }

  private find(shopId: string, id: string): Mutable<Job> {
    const job = this.jobs.get(id);
    if (job?.shopId === shopId) return job;
    throw new PermanentError(
      'not_found',
      `This process knows no backtest ${id}. Backtests end with the process that runs them; start it again.`,
    );
  }

  private forgetOldest(): void {
    const ended = [...this.jobs.values()].filter(({ state }) => state !== 'running');
    for (const { id } of ended.slice(0, Math.max(0, ended.length - MAX_KEPT + 1))) this.jobs.delete(id);
  }
}
