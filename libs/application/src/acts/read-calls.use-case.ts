import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '../ports/page.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { type CallFilter, CallStore, type CallView } from './call-store.port.js';

/** Shows the webhooks that journeys called and what came of them. */
@Injectable()
export class ReadCalls {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly calls: CallStore,
  ) {}

  list(shopId: string, filter: CallFilter, page: PageRequest): Promise<Page<CallView>> {
    return this.unitOfWork.inShop(shopId, (tx) => this.calls.list(tx, filter, page));
  }
}
