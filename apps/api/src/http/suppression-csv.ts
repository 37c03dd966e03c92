import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { LineFault, ListLine, NamedSuppression } from '#app/application';
import { PermanentError, toIso } from '#app/domain';
import { parse } from 'csv-parse';
import { stringify } from 'csv-stringify/sync';

const MAX_FIELD_CHARS = 320;
const MAX_LINE_KB = 64;
const [LF, CR] = [10, 13];
const FIELDS = ['address', 'channel', 'reason', 'date'] as const;
/** What others call the column of addresses. */
const ADDRESS_NAMES = new Set(['address', 'email', 'e-mail', 'email address', 'phone', 'phone number']);
const OTHER_NAMES = new Set(['channel', 'reason', 'date']);

interface Read {
  readonly record: Omit<ListLine, 'line'>;
  readonly info: { readonly lines: number };
}

/**
 * The lines of a list, whatever its delimiter. A quote that is never closed ends the reading with a fault.
 * @throws PermanentError `validation` when no column holds addresses, or a line is too long for one
 */
export async function* readSuppressionCsv(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ListLine | LineFault> {
  let isCutOff = false;
  const parser = parse({
    bom: true,
    columns: columnsOf,
    delimiter: [',', ';', '\t'],
    info: true,
    on_skip: () => void (isCutOff = true),
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    // an error would take the lines along that were read before it
    skip_records_with_error: true,
  });
  // what goes wrong on the way in comes out of the parser
  pipeline(Readable.from(inShortLines(bytes)), parser).catch(() => undefined);
  let last = 1;
  for await (const { record, info } of parser as AsyncIterable<Read>) {
    last = info.lines;
    yield lineOf(record, last);
  }
  if (isCutOff)
    yield {
      line: last + 1,
      field: 'line',
      message: 'begins a quote that is not closed; nothing from here on was read',
    };
}

/** The parser takes a line as a whole, and a million of commas for a million of fields. */
async function* inShortLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let [line, length] = [1, 0];
  let end: number | undefined;
  for await (const part of bytes) {
    // lines end as the first one does, as the parser has it
    end ??= endOfLines(part);
    for (let from = 0; from < part.length;) {
      const at = end === undefined ? -1 : part.indexOf(end, from);
      length += (at < 0 ? part.length : at) - from;
      if (length > MAX_LINE_KB * 1024) throw tooLong(line);
      if (at < 0) break;
      [line, length, from] = [line + 1, 0, at + 1];
    }
    yield part;
  }
}

function endOfLines(part: Uint8Array): number | undefined {
  const at = part.findIndex((byte) => byte === LF || byte === CR);
  if (at < 0) return undefined;
  return part[at] === CR && part[at + 1] !== LF && at + 1 < part.length ? CR : LF;
}

function tooLong(line: number): PermanentError {
  const message = `Line ${line} has more than ${MAX_LINE_KB} KB. Look there for line breaks that were lost, and send the list again.`;
  return new PermanentError('validation', message, { faults: [{ pointer: '', code: 'line', message }] });
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
  if (place < 0) {
    const message =
      'The first line must name the columns, one of them "address"; the others are channel, reason and date.';
    throw new PermanentError('validation', message, { faults: [{ pointer: '', code: 'columns', message }] });
  }
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
