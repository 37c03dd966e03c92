import type { Instant } from '#app/domain';
import type { Page, PageRequest } from '../ports/page.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

/** What a snippet is about, the most precise first; `any` is every product that has none of its own. */
export const SNIPPET_SUBJECTS = ['sku', 'product', 'any'] as const;
export type SnippetSubject = (typeof SNIPPET_SUBJECTS)[number];

/** What a line of an order is found by. */
export interface ProductKey {
  readonly about: SnippetSubject;
  /** An article number, the sender's id of a product, or nothing for `any`. */
  readonly product: string;
}

/** A text that a shop keeps once and every template may print: plain text, at most one by name, subject and language. */
export interface NewSnippet extends ProductKey {
  readonly name: string;
  /** A language tag, or `default` for every language that isn't written. */
  readonly locale: string;
  readonly text: string;
}

export interface Snippet extends NewSnippet {
  /** Of ours. */
  readonly id: string;
  readonly updatedAt: Instant;
}

export interface SnippetFilter {
  readonly name?: string | undefined;
  readonly key?: ProductKey | undefined;
}

export abstract class SnippetStore {
  /** By name, subject, product and language. */
  abstract page(tx: Transaction, filter: SnippetFilter, page: PageRequest): Promise<Page<Snippet>>;

  abstract put(tx: Transaction, snippet: NewSnippet): Promise<Snippet>;

  /** One statement; no two of them for the same name, subject and language. What reads as before isn't touched. */
  abstract putAll(
    tx: Transaction,
    snippets: readonly NewSnippet[],
  ): Promise<{ readonly added: number; readonly changed: number }>;

  /** False when there is no such snippet. */
  abstract remove(tx: Transaction, id: string): Promise<boolean>;

  /** One look-up by key for each; null: of every name. */
  abstract about(
    tx: Transaction,
    keys: readonly ProductKey[],
    names: readonly string[] | null,
  ): Promise<readonly NewSnippet[]>;

  /** Those of the names that there is a snippet of, about whatever product. */
  abstract known(tx: Transaction, names: readonly string[]): Promise<ReadonlySet<string>>;
}
