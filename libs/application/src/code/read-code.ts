import type { Fault, JourneyDocument } from '#app/domain';
import { parseJourneyText } from '../journeys/parse-journey.js';
import { readYaml } from '../journeys/read-yaml.js';

export interface CodeFile {
  readonly name: string;
  readonly text: string;
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

/** Reads the journeys of a folder; every faulty file is named with all its faults. */
export function readCode(files: readonly CodeFile[]): Code {
  const journeys: CodeJourney[] = [];
  const faults: CodeFault[] = [];
  const fileOf = new Map<string, string>();
  for (const file of files) {
    const read = parseJourneyText(file.text, 'yaml');
    if ('faults' in read) {
      faults.push(...placed(file, read.faults));
      continue;
    }
    const { key } = read.document;
    const other = fileOf.get(key);
    if (other === undefined) journeys.push({ file, document: read.document });
    else
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
export function placed({ name: file, text }: CodeFile, faults: readonly Fault[]): CodeFault[] {
  const yaml = readYaml(text);
  return faults.map(({ pointer, message }) => {
    const named = /^#line-(\d+)$/.exec(pointer);
    return {
      file,
      line: named ? Number(named[1]) : 'faults' in yaml ? null : yaml.lineOf(pointer),
      pointer: named ? '' : pointer,
      message: message.replace(/^Line \d+(, column \d+)?: /, ''),
    };
  });
}
