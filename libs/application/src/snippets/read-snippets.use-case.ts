import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '../ports/page.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { type Snippet, type SnippetFilter, SnippetStore } from './snippet-store.port.js';

const BATCH = 1_000;

@Injectable()
export class ReadSnippets {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly store: SnippetStore,
  ) {}

  page(shopId: string, filter: SnippetFilter, page: PageRequest): Promise<Page<Snippet>> {
    return this.uow.inShop(shopId, (tx) => this.store.page(tx, filter, page));
  }

  /** All of them, in parts; no transaction outlasts a part. */
  async *export(shopId: string): AsyncGenerator<readonly Snippet[]> {
    for (let after: string | null | undefined; after !== null;) {
      const { items, next }: Page<Snippet> = await this.page(shopId, {}, { after: after ?? null, limit: BATCH });
      if (items.length > 0) yield items;
      after = next;
    }
  }
}
