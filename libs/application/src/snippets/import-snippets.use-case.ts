import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { readSnippetLine, type SnippetLine, type SnippetLineFault } from './read-snippet-line.js';
import { type NewSnippet, SnippetStore } from './snippet-store.port.js';

/** What one call may bring. */
const MAX_LINES = 20_000;
const BATCH = 1_000;
const MAX_FAULTS = 1_000;

export interface SnippetImportReport {
  /** Without the one that names the columns. */
  readonly lines: number;
  readonly added: number;
  /** Snippets that were there and read differently now. */
  readonly changed: number;
  /** Snippets that read as before; one that stands twice counts once. */
  readonly unchanged: number;
  readonly refused: number;
  readonly faults: readonly SnippetLineFault[];
  /** Faults beyond those that are told. */
  readonly omitted: number;
}

type Line = SnippetLine | SnippetLineFault;

/** Takes over a list of snippets. Good lines are kept beside bad ones, the same list twice changes nothing, and nothing is deleted. */
@Injectable()
export class ImportSnippets {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly store: SnippetStore,
  ) {}

  /** @throws PermanentError `too_large` for more lines than one call may bring; then nothing is kept */
  async run(shopId: string, lines: AsyncIterable<Line>): Promise<SnippetImportReport> {
    // all of it before anything is stored: a sender has seconds to send, the database may take its time
    const { rows, faults, ...counts } = await read(lines);
    let [added, changed] = [0, 0];
    for (let from = 0; from < rows.length; from += BATCH) {
      const batch = rows.slice(from, from + BATCH);
      const kept = await this.uow.inShop(shopId, (tx) => this.store.putAll(tx, batch));
      added += kept.added;
      changed += kept.changed;
    }
    const unchanged = rows.length - added - changed;
    return { ...counts, added, changed, unchanged, faults, omitted: counts.refused - faults.length };
  }
}

/** Of two lines for the same snippet the later one counts. */
async function read(lines: AsyncIterable<Line>) {
  const rows = new Map<string, NewSnippet>();
  const faults: SnippetLineFault[] = [];
  let count = 0;
  let refused = 0;
  for await (const line of lines) {
    count += 1;
    if (count > MAX_LINES) throw tooMany();
    const snippet = isFault(line) ? line : readSnippetLine(line);
    if (isFault(snippet)) {
      refused += 1;
      if (faults.length < MAX_FAULTS) faults.push(snippet);
      continue;
    }
    const { name, about, product, locale } = snippet;
    rows.set(JSON.stringify([name, about, product, locale]), snippet);
  }
  return { rows: [...rows.values()], lines: count, refused, faults };
}

function isFault(line: Line | NewSnippet): line is SnippetLineFault {
  return 'field' in line;
}

function tooMany(): PermanentError {
  return new PermanentError(
    'too_large',
    `The list has more than ${MAX_LINES} lines. Nothing of it was kept; send it in parts.`,
  );
}
