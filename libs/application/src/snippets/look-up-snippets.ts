import { Injectable } from '@nestjs/common';
import { type Json, snippetNames } from '#app/domain';
import type { CompiledTemplate, CompiledTemplates } from '../delivery/template-engine.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { keysOfOrder, SnippetBook } from './snippet-book.js';
import { type ProductKey, SnippetStore } from './snippet-store.port.js';

/** A message that is about to be written. */
export interface WordsNeeded {
  /** By language; undefined is a template that isn't there. */
  readonly template: CompiledTemplates[string] | undefined;
  /** With the `order` of the message; asked only where a template prints snippets. */
  readonly variables: () => Readonly<Record<string, Json>>;
}

/** Versions stay in memory, and their templates with them. */
const namesOf = new WeakMap<CompiledTemplates[string], ReadonlySet<string> | null>();

/** Looks up the snippets of many messages at once. Nothing is asked of the database where no template prints any. */
@Injectable()
export class LookUpSnippets {
  constructor(private readonly store: SnippetStore) {}

  async run(tx: Transaction, messages: readonly WordsNeeded[]): Promise<SnippetBook> {
    const names = new Set<string>();
    const keys = new Map<string, ProductKey>();
    let isAny = false;
    for (const { template, variables } of messages) {
      const printed = template === undefined ? new Set<string>() : printedBy(template);
      if (printed?.size === 0) continue;
      if (printed === null) isAny = true;
      else for (const name of printed) names.add(name);
      for (const key of keysOfOrder(variables())) keys.set(`${key.about} ${key.product}`, key);
    }
    if (keys.size === 0) return SnippetBook.EMPTY;
    return new SnippetBook(await this.store.about(tx, [...keys.values()], isAny ? null : [...names]));
  }
}

function printedBy(template: CompiledTemplates[string]): ReadonlySet<string> | null {
  const known = namesOf.get(template);
  if (known !== undefined) return known;
  const names = snippetNames(Object.values(template).flatMap(textsOf));
  namesOf.set(template, names);
  return names;
}

function textsOf({ subject, html, text, sms, whatsapp, approved }: CompiledTemplate): string[] {
  return [subject, html, text, sms, whatsapp, ...(approved?.pieces ?? [])].filter((field) => field !== undefined);
}
