import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline/promises';
import type { INestApplicationContext } from '@nestjs/common';
import {
  ApplyCode,
  type CodeChange,
  type CodeOptions,
  EnsureFirstShop,
  isWork,
  MigrateCode,
  PlanCode,
  readCode,
  readMigrations,
  type WaitingRuns,
} from '#app/application';
import { PermanentError } from '#app/domain';
import { CodeFolder, printFaults, printFinding } from './code-folder.js';

/** For scripts: there is something to apply. */
const CHANGES = 2;

export async function pull(context: INestApplicationContext, path: string, options: { force: boolean }): Promise<void> {
  const folder = new CodeFolder(path);
  const shopId = await firstShop(context);
  const { writes, same, others, remembered } = await context
    .get(PlanCode)
    .pull(shopId, folder.journeys(), folder.remembered(), options);
  folder.write(writes);
  folder.remember(remembered);
  for (const { name } of writes) console.log(`wrote ${name}`);
  for (const name of others) console.log(`left ${name}: the shop doesn't have its journey`);
  console.log(`${writes.length} written, ${same.length} the same already.`);
}

/** A folder as it was read: what is planned, shown and applied is the same. */
interface ReadFolder {
  readonly folder: CodeFolder;
  readonly code: ReturnType<typeof readCode>;
  readonly plans: ReturnType<typeof readMigrations>;
}

/** @returns the exit code: 0 nothing to do, 1 faults, 2 changes */
export function plan(context: INestApplicationContext, path: string, options: CodeOptions): Promise<number> {
  return show(context, path, options, readFolder(path));
}

function readFolder(path: string): ReadFolder {
  const folder = CodeFolder.existing(path);
  const code = readCode(folder.journeys());
  return { folder, code, plans: readMigrations(folder.migrations(), code.journeys) };
}

async function show(
  context: INestApplicationContext,
  path: string,
  options: CodeOptions,
  { folder, code, plans }: ReadFolder,
): Promise<number> {
  const { migrations } = plans;
  const shopId = await firstShop(context);
  const planned = await context.get(PlanCode).plan(shopId, code, folder.remembered(), migrations);
  const faults = [...planned.faults, ...plans.faults];
  if (faults.length > 0) {
    printFaults(path, faults);
    return 1;
  }
  const { changes, findings } = planned;
  const waiting = await context.get(MigrateCode).waiting(shopId, changes, migrations);
  for (const change of changes) {
    print(change, options);
    for (const runs of waiting) if (runs.key === change.key) printRuns(runs);
  }
  for (const finding of findings) printFinding(path, finding);
  if (options.publish && findings.some(({ severity }) => severity === 'error')) {
    console.error(`\nWhat has an error can't be published. Nothing was done.`);
    return 1;
  }
  const work = changes.filter((change) => isWork(change, options) || isTakenOver(change, waiting, options)).length;
  console.log(work === 0 ? 'Nothing to do.' : `${work} of ${changes.length} journeys to apply.`);
  return work === 0 ? 0 : CHANGES;
}

/** @returns the exit code: 1 for faults and for a refusal at the prompt */
export async function apply(
  context: INestApplicationContext,
  path: string,
  options: CodeOptions & { readonly force: boolean; readonly yes: boolean },
): Promise<number> {
  const read = readFolder(path);
  const planned = await show(context, path, options, read);
  if (planned === 1) return 1;
  if (planned === CHANGES && !options.yes && !(await agrees())) {
    console.log('Nothing was applied.');
    return 1;
  }
  const { folder, code, plans } = read;
  const { journeys } = code;
  const { migrations } = plans;
  const shopId = await firstShop(context);
  const applied = await context.get(ApplyCode).run(shopId, journeys, folder.remembered(), { ...options, migrations });
  folder.remember(applied.remembered);
  for (const { deed, key, version } of applied.done) console.log(`${deed} ${key}, version ${version}`);
  if (!options.publish) return 0;
  for (const { key, runs } of await context.get(MigrateCode).run(shopId, journeys, migrations))
    console.log(`took runs of ${key} over: ${runs.moved} moved, ${runs.retimed} re-timed, ${runs.exited} ended`);
  return 0;
}

/** A journey that is live as its file has it, with runs of earlier versions that are to do something. */
function isTakenOver({ key, kind }: CodeChange, waiting: readonly WaitingRuns[], { publish }: CodeOptions): boolean {
  return publish && kind === 'unchanged' && waiting.some((runs) => runs.key === key && runs.fate !== 'keep');
}

function printRuns({ version, step, runs, fate, to }: WaitingRuns): void {
  const fates = {
    keep: 'stay on their version',
    exit: 'end',
    retime: 'wait there by the new version, from when their wait began',
    move: `move to "${to}"`,
  };
  console.log(
    `    ${runs} ${runs === 1 ? 'run waits' : 'runs wait'} at "${step}" of version ${version}: to ${fates[fate]}`,
  );
}

async function firstShop(context: INestApplicationContext): Promise<string> {
  return (await context.get(EnsureFirstShop).run({ withOwnerKey: false })).shopId;
}

function print(change: CodeChange, options: CodeOptions): void {
  const { key, kind, diff } = change;
  const sign = { new: '+', changed: '~', unchanged: '=', draft: '=', missing: '-', archived: '!' }[kind];
  console.log(`${sign} ${key}: ${[wordOf(change, options), ...driftOf(change)].join('; ')}`);
  if (diff !== '' && kind !== 'draft') console.log(`${diff.replaceAll(/^/gm, '    ')}\n`);
}

function wordOf(change: CodeChange, options: CodeOptions): string {
  const { kind, state, isRemembered } = change;
  if (kind === 'draft') {
    if (state === 'paused') return 'a draft of a paused journey; publish it by hand';
    return options.publish ? 'a draft, to be published' : 'a draft; --publish makes it live';
  }
  if (kind === 'missing') {
    if (!isRemembered) return 'only in the shop, never pulled';
    return options.archiveMissing
      ? 'only in the shop, to be archived'
      : 'only in the shop; --archive-missing archives it';
  }
  return kind;
}

function driftOf({ kind, isDrifted, isRemembered }: CodeChange): string[] {
  if (!isDrifted || (kind === 'missing' && !isRemembered)) return [];
  return [isRemembered ? 'DRIFT: changed in the shop since it was pulled' : 'DRIFT: in the shop, but never pulled'];
}

async function agrees(): Promise<boolean> {
  if (!stdin.isTTY)
    throw new PermanentError('validation', 'Nobody is there to be asked. Look at the plan, then add --yes.');
  const lines = createInterface({ input: stdin, output: stdout });
  try {
    return /^y(es)?$/i.test((await lines.question('Apply this? [y/N] ')).trim());
  } finally {
    lines.close();
  }
}
