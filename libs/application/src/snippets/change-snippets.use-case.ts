import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { type NewSnippet, type Snippet, SnippetStore } from './snippet-store.port.js';

@Injectable()
export class ChangeSnippets {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly store: SnippetStore,
  ) {}

  /** In place of the one with the same name, subject and language, where there is one. */
  put(shopId: string, snippet: NewSnippet): Promise<Snippet> {
    return this.uow.inShop(shopId, (tx) => this.store.put(tx, snippet));
  }

  /** @throws PermanentError `not_found` */
  async remove(shopId: string, id: string): Promise<void> {
    const isGone = await this.uow.inShop(shopId, (tx) => this.store.remove(tx, id));
    if (!isGone)
      throw new PermanentError('not_found', `This shop has no snippet ${id}. GET /api/v1/snippets lists them.`);
  }
}
