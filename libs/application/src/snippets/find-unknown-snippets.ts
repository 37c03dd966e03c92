import { Injectable } from '@nestjs/common';
import {
  expandPartials,
  type Finding,
  flawSuspicion,
  type JourneyDocument,
  namedSnippets,
  type TemplateFlaw,
} from '#app/domain';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { SnippetStore } from './snippet-store.port.js';

interface Mention extends Pick<TemplateFlaw, 'template' | 'locale' | 'place' | 'line'> {
  readonly name: string;
}

/** Templates that name snippets of which the shop has none. */
@Injectable()
export class FindUnknownSnippets {
  constructor(private readonly store: SnippetStore) {}

  /** By key of the journey; asks nothing where none of them names any. */
  async run(tx: Transaction, documents: readonly JourneyDocument[]): Promise<ReadonlyMap<string, readonly Finding[]>> {
    const mentions = documents.map((document) => ({ key: document.key, mentioned: mentionsIn(document) }));
    const names = new Set(mentions.flatMap(({ mentioned }) => mentioned.map(({ name }) => name)));
    const known = names.size === 0 ? names : await this.store.known(tx, [...names]);
    return new Map(
      mentions.map(({ key, mentioned }) => [key, mentioned.filter(({ name }) => !known.has(name)).map(findingOf)]),
    );
  }
}

/** The first of each name in each field; what has words in its place needs no snippet. */
function mentionsIn(document: JourneyDocument): Mention[] {
  return Object.entries(expandPartials(document).templates).flatMap(([template, byLocale]) =>
    Object.entries(byLocale).flatMap(([locale, source]) =>
      Object.entries(source).flatMap(([place, text]: [string, string | undefined]) => {
        const lines = new Map<string, number>();
        for (const { name, line, hasStandIn } of namedSnippets(text ?? ''))
          if (!hasStandIn && !lines.has(name)) lines.set(name, line);
        return [...lines].map(([name, line]) => ({ template, locale, place, name, line }));
      }),
    ),
  );
}

function findingOf({ name, ...at }: Mention): Finding {
  const message = `No snippet named ${name} is stored for any product, so snippets.${name} prints nothing. Store one by PUT /api/v1/snippets, or correct the name.`;
  return flawSuspicion({ ...at, code: 'snippet.unknown', severity: 'warning', message }, []);
}
