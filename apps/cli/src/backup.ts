import { writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { actAs } from '#app/application';
import { PermanentError } from '#app/domain';
import { finishRestore, makeSealingKey, readSealingKeys, restoreBackup, takeBackup } from '#app/persistence';
import { openInstallation, OwnDatabase, withOwner } from '#app/runtime';
import { readRegister, repeatErasures } from './erasures.js';

export interface BackupFlags {
  readonly to?: readonly string[];
  readonly unsealed: boolean;
}

export interface RestoreFlags {
  readonly key?: string;
  /** The file of a register; false: there is none; undefined: nothing was said. */
  readonly erasures?: string | false;
  readonly journeys: 'hold' | 'go-on';
}

/** The key stays with whoever keeps backups; the machine that makes them needs the public half alone. */
export async function makeBackupKey(file: string): Promise<void> {
  const { identity, recipient } = await makeSealingKey();
  try {
    writeFileSync(file, `# public key: ${recipient}\n${identity}\n`, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    throw new PermanentError('validation', `${file} cannot be written, or is there already. Name another file.`, {
      cause,
    });
  }
  console.log(`The key is in ${file}: keep it where the backups are not. Seal backups with --to ${recipient}`);
}

export async function backUp(place: string, { to = [], unsealed }: BackupFlags): Promise<void> {
  if (to.length === 0 && !unsealed) {
    throw new PermanentError(
      'validation',
      'A backup holds everything about everybody. Seal it with --to <public key> (afterglow backup-key makes one), or say --unsealed.',
    );
  }
  const { rows, tables, file } = await withOwner((owner) => takeBackup({ ...owner, place, recipients: to }));
  console.log(
    `${rows} rows of ${tables} tables are in ${file}. SECRET_KEY is not: keep it too, apart from the backup.`,
  );
}

export async function restore(file: string, flags: RestoreFlags): Promise<void> {
  const { erasures, journeys } = flags;
  if (erasures === undefined) {
    throw new PermanentError(
      'validation',
      'Whoever was erased since the backup must be erased again: name the register with --erasures <file>, or say --no-erasures.',
    );
  }
  // a wrong name is told before any work
  if (erasures !== false) readRegister(erasures);
  const identities = flags.key === undefined ? [] : readSealingKeys(flags.key);
  await withOwner(async ({ ownerUrl, secretKeys }) => {
    const holdJourneys = journeys === 'hold';
    const report = await restoreBackup({ ownerUrl, secretKeys, file, identities, holdJourneys });
    console.log(`${report.rows} rows of ${report.takenAt} are back, and are those that were backed up.`);
    if (erasures !== false) await eraseAgain(ownerUrl, erasures);
    await finishRestore(ownerUrl);
    if (holdJourneys)
      console.log(
        'Journeys stand still, because nobody knows what was sent since the backup: go on with "afterglow resume --all" (docs/backup.md).',
      );
  });
}

async function eraseAgain(ownerUrl: string, register: string): Promise<void> {
  const context = await openInstallation({
    name: 'command',
    ...new OwnDatabase().options,
    startDatabase: () => Promise.resolve(ownerUrl),
    endsRestore: true,
  });
  try {
    const caller = { name: 'command', operation: 'afterglow restore', requestId: randomUUID() };
    await actAs(caller, () => repeatErasures(context, register));
  } finally {
    await context.close();
  }
}
