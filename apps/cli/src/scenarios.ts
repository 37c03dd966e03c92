import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type CodeFile, playScenario, readCode, readScenario } from '#app/application';
import { type JourneyDocument, PermanentError } from '#app/domain';
import { CodeFolder } from './code-folder.js';

/**
 * Plays scenario files through the journeys beside them, without a database.
 * @returns the exit code: 1 when one differs, is faulty or has no journey
 */
export function testScenarios(paths: readonly string[]): number {
  const shelves = new Map<string, ReadonlyMap<string, JourneyDocument>>();
  let [passed, failed] = [0, 0];
  for (const { folder, file } of paths.flatMap(scenariosAt)) {
    const journeys = shelves.get(folder) ?? journeysOf(folder);
    shelves.set(folder, journeys);
    const problems = problemsOf(file, journeys);
    if (problems.length === 0) passed += 1;
    else failed += 1;
    console.log(`${problems.length === 0 ? '✓' : '✗'} ${path.join(folder, file.name)}`);
    for (const line of problems) console.log(`    ${line}`);
  }
  console.log(`${passed} passed, ${failed} failed.`);
  if (passed + failed === 0) console.log('Scenario files end in .scenario.yaml and stand beside the journeys.');
  return failed > 0 || passed === 0 ? 1 : 0;
}

function problemsOf(file: CodeFile, journeys: ReadonlyMap<string, JourneyDocument>): string[] {
  const read = readScenario(file);
  if ('faults' in read)
    return read.faults.map(({ line, pointer, message }) =>
      [line === null ? '' : `line ${line}`, pointer, message].filter((part) => part !== '').join(': '),
    );
  const { journey } = read.scenario;
  const document = journeys.get(journey);
  if (!document) return [`there is no journey "${journey}" beside it, or its file is faulty`];
  return [...playScenario(read, document).differences];
}

function scenariosAt(place: string): { folder: string; file: CodeFile }[] {
  if (!existsSync(place)) throw new PermanentError('not_found', `There is no ${place}.`);
  if (statSync(place).isDirectory()) return new CodeFolder(place).scenarios().map((file) => ({ folder: place, file }));
  return [{ folder: path.dirname(place), file: { name: path.basename(place), text: readFileSync(place, 'utf8') } }];
}

function journeysOf(folder: string): ReadonlyMap<string, JourneyDocument> {
  const { journeys } = readCode(new CodeFolder(folder).journeys());
  return new Map(journeys.map(({ document }) => [document.key, document]));
}
