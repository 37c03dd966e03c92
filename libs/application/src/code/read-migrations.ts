import { faultsOf, migrationPlan } from '#app/contracts';
import type { Fault } from '#app/domain';
import type { MigrationPlan } from '../journeys/manage/migration-plan.js';
import { readYaml } from '../journeys/read-yaml.js';
import { type CodeFault, type CodeFile, type CodeJourney, placed } from './read-code.js';

/** A file that says what becomes of runs of earlier versions of the journey with its name. */
export interface CodeMigration {
  readonly file: CodeFile;
  readonly plan: MigrationPlan;
}

/** By key of the journey. */
export type CodeMigrations = ReadonlyMap<string, CodeMigration>;

/** Reads `<key>.yaml` files; one for a journey that the folder doesn't have is a fault. */
export function readMigrations(
  files: readonly CodeFile[],
  journeys: readonly CodeJourney[],
): { readonly migrations: CodeMigrations; readonly faults: readonly CodeFault[] } {
  const known = new Set(journeys.map(({ document }) => document.key));
  const migrations = new Map<string, CodeMigration>();
  const faults: CodeFault[] = [];
  for (const file of files) {
    const key = (file.name.split('/').at(-1) ?? '').replace(/\.ya?ml$/, '');
    const read = known.has(key) ? readMigration(file.text) : { faults: [unknownJourney(key)] };
    if ('faults' in read) faults.push(...placed(file, read.faults));
    else migrations.set(key, { file, plan: read.plan });
  }
  return { migrations, faults };
}

function readMigration(text: string): { readonly plan: MigrationPlan } | { readonly faults: readonly Fault[] } {
  const yaml = readYaml(text);
  if ('faults' in yaml) return yaml;
  const { data, error } = migrationPlan.safeParse(yaml.value);
  return data ? { plan: data } : { faults: faultsOf(error) };
}

function unknownJourney(key: string): Fault {
  const message = `The folder has no journey "${key}": name the file after the key of one, or remove it.`;
  return { pointer: '', code: 'not_found', message };
}
