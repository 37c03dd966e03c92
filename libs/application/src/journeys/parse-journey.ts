import { journeyDocument, toJourneyDocument } from '#app/contracts';
import { type Fault, type JourneyDocument, MAX_DOCUMENT_CHARS, schemaFaults } from '#app/domain';
import { MAX_DEPTH, readYaml } from './read-yaml.js';

export type ReadJourney = { readonly document: JourneyDocument } | { readonly faults: readonly Fault[] };

/** Reads a journey as its author wrote it. Faults name the line (`#line-12`) or the place as a JSON pointer. */
export function parseJourneyText(text: string, format: 'yaml' | 'json'): ReadJourney {
  if (text.length > 2 * MAX_DOCUMENT_CHARS) {
    return refuse(
      '',
      'journey.too-large',
      `The text has ${text.length} characters; at most ${2 * MAX_DOCUMENT_CHARS} are allowed.`,
    );
  }
  return format === 'json' ? parseJson(text) : parseYaml(text);
}

/** Checks a journey that was parsed already. Whether its steps and expressions make sense is `compileJourney`'s to say. */
export function readJourney(input: unknown): ReadJourney {
  if (isTooDeep(input, MAX_DEPTH))
    return refuse('', 'malformed', `The document is nested deeper than ${MAX_DEPTH} levels.`);
  const parsed = journeyDocument.safeParse(input);
  return parsed.success
    ? { document: toJourneyDocument(parsed.data) }
    : { faults: schemaFaults(parsed.error, '', 'journey.invalid') };
}

function parseJson(text: string): ReadJourney {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (cause) {
    return refuse(
      '',
      'malformed',
      `This is not JSON: ${cause instanceof Error ? cause.message.slice(0, 200) : 'it ends early'}.`,
    );
  }
  return readJourney(input);
}

function parseYaml(text: string): ReadJourney {
  const yaml = readYaml(text);
  if ('faults' in yaml) return yaml;
  const read = readJourney(yaml.value);
  if ('document' in read) return read;
  return {
    faults: read.faults.map((fault) => {
      const line = yaml.lineOf(fault.pointer);
      return line === null ? fault : { ...fault, message: `Line ${line}: ${fault.message}` };
    }),
  };
}

function isTooDeep(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return left === 0 || Object.values(value).some((item) => isTooDeep(item, left - 1));
}

function refuse(pointer: string, code: string, message: string): ReadJourney {
  return { faults: [{ pointer, code, message }] };
}
