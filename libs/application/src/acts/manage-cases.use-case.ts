import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import type { Page, PageRequest } from '../ports/page.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { HeldMessages } from '../delivery/held-messages.port.js';
import { type CaseFile, CaseFiles, type CaseFilter } from './case-files.repository.js';

/** Shows the cases that journeys opened, and closes them. */
@Injectable()
export class ManageCases {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly cases: CaseFiles,
    private readonly held: HeldMessages,
  ) {}

  list(shopId: string, filter: CaseFilter, page: PageRequest): Promise<Page<CaseFile>> {
    return this.unitOfWork.inShop(shopId, (tx) => this.cases.list(tx, filter, page));
  }

  get(shopId: string, id: string): Promise<CaseFile> {
    return this.unitOfWork.inShop(shopId, (tx) => this.existing(tx, id));
  }

  /**
   * What the case held is looked at again at once.
   * @throws PermanentError `conflict` when it is closed already
   */
  close(shopId: string, id: string, outcome: string): Promise<CaseFile> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      const people = [(await this.existing(tx, id)).customer];
      await this.held.lock(tx, people);
      if (await this.cases.close(tx, id, outcome)) {
        await this.held.release(tx, people);
        return this.existing(tx, id);
      }
      const { outcome: earlier } = await this.existing(tx, id);
      throw new PermanentError('conflict', `Case ${id} was closed already, as "${earlier}".`);
    });
  }

  private async existing(tx: Transaction, id: string): Promise<CaseFile> {
    const found = await this.cases.find(tx, id);
    if (found === null)
      throw new PermanentError('not_found', `This shop has no case ${id}. GET /api/v1/cases lists them.`);
    return found;
  }
}
