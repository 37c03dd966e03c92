import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { checkDocument, type CodeFault, type CodeFile, placed, readCode } from '#app/application';
import { AfterglowError, compileJourney, type Finding, PermanentError, type Story, toldOf } from '#app/domain';
import { stepKinds } from '#app/steps';
import { LiquidTemplateEngine } from '#app/templates';
import { CodeFolder, faultLine, printFinding } from './code-folder.js';

export interface CheckOptions {
  /** Warnings count as faults. */
  readonly strict: boolean;
  /** Print the events of each story. */
  readonly story: boolean;
}

/** Checks journeys as files, all of them together as the journeys of one shop; the process ends with 1 when it finds faults. */
export async function check(paths: readonly string[], { strict, story }: CheckOptions): Promise<void> {
  const files = paths.flatMap(filesAt);
  if (files.length === 0) throw new PermanentError('validation', `There is no YAML file in ${paths.join(', ')}.`);
  const { journeys, faults } = readCode(files);
  const plans = journeys.flatMap(({ document }) => {
    const result = compileJourney(document, stepKinds);
    return 'plan' in result ? [result.plan] : [];
  });
  const counts = { error: printAll(faults), warning: 0 };
  const engine = new LiquidTemplateEngine();
  for (const { file, document } of journeys) {
    try {
      for (const finding of await checkDocument(document, plans, engine)) {
        printFound(file, finding, story);
        counts[finding.severity] += 1;
      }
    } catch (error) {
      if (!(error instanceof AfterglowError)) throw error;
      counts.error += printAll(placed(file, error.faults));
    }
  }
  console.log(
    `${files.filter(({ name }) => !name.endsWith('.liquid')).length} files, ${counts.error} errors, ${counts.warning} warnings`,
  );
  if (counts.error > 0 || (strict && counts.warning > 0)) process.exitCode = 1;
}

function filesAt(given: string): CodeFile[] {
  const stats = statSync(given, { throwIfNoEntry: false });
  if (!stats) throw new PermanentError('validation', `There is no file or folder ${given}.`);
  if (stats.isDirectory())
    return new CodeFolder(given).journeys().map(({ name, text }) => ({ name: path.join(given, name), text }));
  const beside = path.dirname(given);
  const partials = new CodeFolder(beside).partials().map(({ name, text }) => ({ name: path.join(beside, name), text }));
  return [{ name: given, text: readFileSync(given, 'utf8') }, ...partials];
}

function printAll(faults: readonly CodeFault[]): number {
  for (const fault of faults) console.log(faultLine('', fault));
  return faults.length;
}

function printFound(file: CodeFile, finding: Finding, withStory: boolean): void {
  const { code, severity, outcome, story, against } = finding;
  for (const place of placed(file, [finding])) printFinding('', { ...place, code, severity, outcome });
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
