import { Injectable } from '@nestjs/common';
import { type JournalEntry, PermanentError } from '#app/domain';
import type { Page, PageRequest } from '../../ports/page.js';
import { type Transaction, UnitOfWork } from '../../ports/unit-of-work.port.js';
import { type RunFilter, RunQueries, type RunSummary } from '../runtime/run-queries.port.js';

/** Shows runs and why they did what they did. */
@Injectable()
export class ReadRuns {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: RunQueries,
  ) {}

  list(shopId: string, filter: RunFilter, page: PageRequest): Promise<Page<RunSummary>> {
    return this.unitOfWork.inShop(shopId, (tx) => this.runs.list(tx, filter, page));
  }

  get(shopId: string, runId: string): Promise<RunSummary> {
    return this.unitOfWork.inShop(shopId, (tx) => this.existing(tx, runId));
  }

  journal(shopId: string, runId: string): Promise<JournalEntry[]> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      await this.existing(tx, runId);
      return this.runs.journal(tx, runId);
    });
  }

  private async existing(tx: Transaction, runId: string): Promise<RunSummary> {
    const run = await this.runs.find(tx, runId);
    if (!run) throw new PermanentError('not_found', `There is no run ${runId}.`);
    return run;
  }
}
