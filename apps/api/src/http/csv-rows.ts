import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PermanentError } from '#app/domain';
import { parse } from 'csv-parse';

const MAX_LINE_KB = 64;
const [LF, CR] = [10, 13];
const DELIMITERS = [',', ';', '\t'];

/** What a line of a file holds, by the names that we have for its columns. */
export interface CsvRow {
  /** Null: a quote is never closed, and nothing from here on was read. */
  readonly record: Readonly<Record<string, string>> | null;
  /** Where it begins: a value of several lines is named by its first. */
  readonly line: number;
}

interface Read {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

/**
 * The lines of a list, whatever its delimiter. That of the first line is that of all: in others it may stand in a text without quotes.
 * @param columnsOf our names of the columns that the first line names; what has none is left out
 * @throws PermanentError `validation` when a line is too long for one
 */
export async function* readCsvRows(
  bytes: AsyncIterable<Uint8Array>,
  columnsOf: (heading: readonly string[]) => (string | undefined)[],
): AsyncGenerator<CsvRow> {
  let isCutOff = false;
  const { heading, whole } = await withHeading(inShortLines(bytes));
  const parser = parse({
    bom: true,
    columns: columnsOf,
    delimiter: delimiterOf(heading),
    info: true,
    on_skip: () => void (isCutOff = true),
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    // an error would take the lines along that were read before it
    skip_records_with_error: true,
  });
  // what goes wrong on the way in comes out of the parser
  pipeline(Readable.from(whole), parser).catch(() => undefined);
  let last = 1;
  let pairs = 0;
  for await (const { record, info } of parser as AsyncIterable<Read>) {
    const breaks = Object.values(record).flatMap((value) => value.match(/\r\n?|\n/g) ?? []);
    // within quotes the parser takes both for ends of lines
    pairs += breaks.filter((end) => end.length > 1).length;
    last = info.lines - pairs;
    yield { record, line: last - breaks.length };
  }
  if (isCutOff) yield { record: null, line: last + 1 };
}

/** @throws PermanentError `validation` for a list that doesn't name its columns */
export function strangeColumns(message: string): PermanentError {
  return new PermanentError('validation', message, { faults: [{ pointer: '', code: 'columns', message }] });
}

export const CUT_OFF = 'begins a quote that is not closed; nothing from here on was read';

/** Reads as far as the first line that isn't empty. */
async function withHeading(
  parts: AsyncGenerator<Uint8Array>,
): Promise<{ heading: string; whole: AsyncIterable<Uint8Array> }> {
  const read: Uint8Array[] = [];
  let text = '';
  while (!/[\r\n]/.test(text)) {
    const next = await parts.next();
    if (next.done) break;
    read.push(next.value);
    text = (text + Buffer.from(next.value).toString('latin1')).replace(/^[\r\n]+/, '');
  }
  const [heading = ''] = text.split(/[\r\n]/, 1);
  return { heading, whole: joined(read, parts) };
}

async function* joined(read: readonly Uint8Array[], rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* read;
  yield* rest;
}

/** Quoted names don't count. */
function delimiterOf(heading: string): string {
  const columns = heading.replaceAll(/"[^"]*"/g, '');
  const counts = DELIMITERS.map((delimiter) => columns.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
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
