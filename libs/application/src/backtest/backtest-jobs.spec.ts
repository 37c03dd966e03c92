import { describe, expect, it } from '@jest/globals';
import { PermanentError } from '#app/domain';
import { IdPort } from '../ports/id.port.js';
import { BacktestJobs } from './backtest-jobs.js';
import type { BacktestReport } from './backtest-report.js';
import type { BacktestWatch, RunBacktest } from './run-backtest.use-case.js';

class Ids extends IdPort {
  private made = 0;
  next(): string {
    return String((this.made += 1));
  }
}

const REQUEST = { key: 'thanks', from: 0, to: 1 };

/** Goes on until it is told to end. */
class Endless {
  finish: () => void = () => undefined;
  fail: (error: unknown) => void = () => undefined;

  run(_shopId: string, _request: object, { onProgress, signal }: BacktestWatch): Promise<BacktestReport> {
    onProgress?.({ people: 5, of: 10, events: 7 });
    return new Promise((resolve, reject) => {
      this.finish = () => resolve({ journey: 'thanks' } as BacktestReport);
      this.fail = reject;
      signal?.addEventListener('abort', () => reject(new PermanentError('conflict', 'cancelled')));
    });
  }
}

const start = () => {
  const backtest = new Endless();
  return { backtest, jobs: new BacktestJobs(backtest as unknown as RunBacktest, new Ids()) };
};

describe('BacktestJobs', () => {
  it('shows how far a job is, then its report', async () => {
    const { backtest, jobs } = start();
    const { id } = jobs.start('shop', REQUEST);
    expect(jobs.get('shop', id)).toMatchObject({ state: 'running', progress: { people: 5, of: 10 }, report: null });
    backtest.finish();
    expect(await jobs.ended('shop', id)).toMatchObject({ state: 'done', report: { journey: 'thanks' } });
  });

  it('cancels a job', async () => {
    const { jobs } = start();
    const { id } = jobs.start('shop', REQUEST);
    expect(await jobs.cancel('shop', id)).toMatchObject({ state: 'cancelled', report: null, error: null });
  });

  it('keeps why a job failed', async () => {
    const { backtest, jobs } = start();
    const { id } = jobs.start('shop', REQUEST);
    backtest.fail(new PermanentError('not_found', 'There is no such journey.'));
    await expect(jobs.ended('shop', id)).rejects.toMatchObject({ code: 'not_found' });
    expect(jobs.get('shop', id)).toMatchObject({ state: 'failed', error: { code: 'not_found' } });
  });

  it("shows no shop another shop's job", () => {
    const { jobs } = start();
    const { id } = jobs.start('shop', REQUEST);
    expect(() => jobs.get('other', id)).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('runs two at a time', async () => {
    const { jobs } = start();
    jobs.start('shop', REQUEST);
    jobs.start('shop', REQUEST);
    expect(() => jobs.start('shop', REQUEST)).toThrow(expect.objectContaining({ code: 'unavailable' }));
    await jobs.stopAll();
    expect(jobs.start('shop', REQUEST).state).toBe('running');
  });
});
