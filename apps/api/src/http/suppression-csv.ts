import type { LineFault, ListLine, NamedSuppression } from '#app/application';
import { toIso } from '#app/domain';
import { stringify } from 'csv-stringify/sync';
import { CUT_OFF, readCsvRows, strangeColumns } from './csv-rows.js';

const MAX_FIELD_CHARS = 320;
const FIELDS = ['address', 'channel', 'reason', 'date'] as const;
/** What others call the column of addresses. */
const ADDRESS_NAMES = new Set(['address', 'email', 'e-mail', 'email address', 'phone', 'phone number']);
const OTHER_NAMES = new Set(['channel', 'reason', 'date']);

/**
 * The lines of a list, whatever its delimiter. A quote that is never closed ends the reading with a fault.
 * @throws PermanentError `validation` when no column holds addresses, or a line is too long for one
 */
export async function* readSuppressionCsv(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ListLine | LineFault> {
  for await (const { record, line } of readCsvRows(bytes, columnsOf))
    yield record === null ? { line, field: 'line', message: CUT_OFF } : lineOf(record, line);
}

function lineOf(record: Omit<ListLine, 'line'>, line: number): ListLine | LineFault {
  for (const field of FIELDS) {
    const value = record[field] ?? '';
    if (/[\r\n]/.test(value))
      return { line, field, message: 'holds a line break: look for a quote that is not closed' };
    if (value.length > MAX_FIELD_CHARS) return { line, field, message: `has more than ${MAX_FIELD_CHARS} characters` };
  }
  return { ...record, line };
}

/** Names of ours; what we don't know is left out. */
function columnsOf(heading: readonly string[]): (string | undefined)[] {
  const names = heading.map((name) => name.trim().toLowerCase());
  const place = names.findIndex((name) => ADDRESS_NAMES.has(name));
  if (place < 0)
    throw strangeColumns(
      'The first line must name the columns, one of them "address"; the others are channel, reason and date.',
    );
  return names.map((name, at) => (at === place ? 'address' : OTHER_NAMES.has(name) ? name : undefined));
}

const UNKNOWN = 'nobody is known by this address; only its hash is kept';
const HEADING = ['address', 'channel', 'reason', 'date', 'detail', 'scope', 'until', 'hash', 'note'];

/** Values that a spreadsheet would compute get an apostrophe in front, which an import takes off again. */
export async function* writeSuppressionCsv(parts: AsyncIterable<readonly NamedSuppression[]>): AsyncGenerator<string> {
  yield stringify([HEADING]);
  for await (const part of parts) yield stringify(part.map(fieldsOf), { escape_formulas: true });
}

function fieldsOf({ address, medium, reason, detail, scope, since, until, hash }: NamedSuppression): string[] {
  const ends = until === null ? '' : toIso(until);
  return [
    address ?? '',
    medium,
    reason,
    toIso(since),
    detail ?? '',
    scope,
    ends,
    hash,
    address === null ? UNKNOWN : '',
  ];
}
