import type { Fault, JourneyDocument } from '#app/domain';
import { readPartials } from './read-partials.js';
import { parseJourneyText } from '../journeys/parse-journey.js';
import { readYaml } from '../journeys/read-yaml.js';

export interface CodeFile {
  readonly name: string;
  readonly text: string;
  /** Files that hold its partials, by the JSON pointer of each in the document. */
  readonly pieces?: ReadonlyMap<string, string> | undefined;
}

export interface CodeFault {
  readonly file: string;
  /** From 1; null where the place has no line of its own. */
  readonly line: number | null;
  /** JSON pointer; empty for the whole file. */
  readonly pointer: string;
  readonly message: string;
}

export interface CodeJourney {
  readonly file: CodeFile;
  readonly document: JourneyDocument;
}

export interface Code {
  readonly journeys: readonly CodeJourney[];
  readonly faults: readonly CodeFault[];
}

/** Reads the journeys of a folder with the partials beside them; every faulty file is named with all its faults. */
export function readCode(all: readonly CodeFile[]): Code {
  const { files, partials, faults: ofPartials } = readPartials(all);
  const journeys: CodeJourney[] = [];
  const faults = ofPartials.map((fault): CodeFault => ({ ...fault, line: null, pointer: '' }));
  const fileOf = new Map<string, string>();
  for (const file of files) {
    const read = parseJourneyText(file.text, 'yaml');
    if ('faults' in read) {
      faults.push(...placed(file, read.faults));
      continue;
    }
    const { key } = read.document;
    const other = fileOf.get(key);
    if (other === undefined) {
      const { document, pieces } = partials.into(read.document, file.name);
      journeys.push({ file: { ...file, pieces }, document });
    } else
      faults.push(
        ...placed(file, [
          { pointer: '/key', code: 'journey.invalid', message: `The key "${key}" is that of ${other} too.` },
        ]),
      );
    fileOf.set(key, other ?? file.name);
  }
  return { journeys, faults };
}

/** Faults with the lines of a file. */
export function placed({ name: file, text, pieces }: CodeFile, faults: readonly Fault[]): CodeFault[] {
  const yaml = readYaml(text);
  return faults.map(({ pointer, message }) => {
    const piece = pieces?.get(pointer);
    if (piece !== undefined) return ofPiece(piece, message);
    const named = /^#line-(\d+)$/.exec(pointer);
    return {
      file,
      line: named ? Number(named[1]) : 'faults' in yaml ? null : yaml.lineOf(pointer),
      pointer: named ? '' : pointer,
      message: message.replace(/^Line \d+(, column \d+)?: /, ''),
    };
  });
}

/** The line stands in the words: a partial is all text. */
function ofPiece(file: string, message: string): CodeFault {
  const [, words = message, line] = /^(.*) \(line (\d+)\)$/s.exec(message) ?? [];
  return { file, line: line === undefined ? null : Number(line), pointer: '', message: words };
}
