import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { checkDocument, parseJourneyText } from '#app/application';
import {
  AfterglowError,
  compileJourney,
  type Fault,
  type Finding,
  type JourneyDocument,
  PermanentError,
  type Story,
  toldOf,
} from '#app/domain';
import { stepKinds } from '#app/steps';
import { LiquidTemplateEngine } from '#app/templates';

const EXTENSION = /\.ya?ml$/;

interface Read {
  readonly file: string;
  readonly document: JourneyDocument;
}

export interface CheckOptions {
  /** Warnings count as faults. */
  readonly strict: boolean;
  /** Print the events of each story. */
  readonly story: boolean;
}

/** Checks journeys as files, all of them together as the journeys of one shop; the process ends with 1 when it finds faults. */
export async function check(paths: readonly string[], { strict, story }: CheckOptions): Promise<void> {
  const files = paths.flatMap(filesOf);
  if (files.length === 0) throw new PermanentError('validation', `There is no YAML file in ${paths.join(', ')}.`);
  let errors = 0;
  let warnings = 0;
  const documents: Read[] = [];
  for (const file of files) {
    const read = parseJourneyText(readFileSync(file, 'utf8'), 'yaml');
    if ('document' in read) documents.push({ file, document: read.document });
    else errors += printFaults(file, read.faults);
  }
  const plans = documents.flatMap(({ document }) => {
    const result = compileJourney(document, stepKinds);
    return 'plan' in result ? [result.plan] : [];
  });
  const engine = new LiquidTemplateEngine();
  for (const { file, document } of documents) {
    try {
      const { findings } = await checkDocument(document, plans, engine);
      for (const finding of findings) printFinding(file, finding, story);
      errors += findings.filter(({ severity }) => severity === 'error').length;
      warnings += findings.filter(({ severity }) => severity === 'warning').length;
    } catch (error) {
      if (!(error instanceof AfterglowError)) throw error;
      errors += printFaults(file, error.faults);
    }
  }
  console.log(`${files.length} files, ${errors} errors, ${warnings} warnings`);
  if (errors > 0 || (strict && warnings > 0)) process.exitCode = 1;
}

function filesOf(given: string): string[] {
  if (!statSync(given, { throwIfNoEntry: false }))
    throw new PermanentError('validation', `There is no file or folder ${given}.`);
  if (!statSync(given).isDirectory()) return [given];
  return readdirSync(given, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && EXTENSION.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted();
}

function printFaults(file: string, faults: readonly Fault[]): number {
  for (const { pointer, code, message } of faults) console.log(`${file}${pointer}\n  error ${code}: ${message}`);
  return Math.max(1, faults.length);
}

function printFinding(file: string, finding: Finding, withStory: boolean): void {
  const { pointer, severity, code, message, outcome, story, against } = finding;
  console.log(`${file}${pointer}\n  ${severity} ${code}: ${message}\n  ${outcome}`);
  if (!withStory) return;
  printStory(story);
  if (against) {
    console.log('  and otherwise:');
    printStory(against);
  }
}

function printStory(story: Story): void {
  for (const { type, at, data } of toldOf(story)) console.log(`    ${at} ${type} ${JSON.stringify(data)}`);
}
