import { stat } from 'node:fs/promises';
import type { Account } from './run-program.js';
import { runProgram } from './run-program.js';

/** Made when the machine has no `postgres` user. */
const OWN_ACCOUNT = 'afterglow';
/** `nobody` on Linux. */
const NOBODY: Account = { name: 'nobody', uid: 65_534, gid: 65_534 };

async function findAccount(name: string): Promise<Account | undefined> {
  const [uid, gid] = await Promise.all([runProgram('id', ['-u', name]), runProgram('id', ['-g', name])]);
  if (uid.code !== 0 || gid.code !== 0) return undefined;
  return { name, uid: Number(uid.stdout.trim()), gid: Number(gid.stdout.trim()) };
}

async function createAccount(name: string): Promise<Account | undefined> {
  await runProgram('groupadd', ['--force', '--system', name]);
  const options = ['--system', '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin'];
  await runProgram('useradd', [...options, '--gid', name, name]);
  return findAccount(name);
}

/** The owner of a folder, unless that is root. */
async function ownerOf(folder: string): Promise<Account | undefined> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined || found.uid === 0) return undefined;
  return { name: `uid ${found.uid}`, uid: found.uid, gid: found.gid };
}

/** initdb wants a user with a name; in a container a volume may belong to a bare number. */
async function namedOwnerOf(folder: string): Promise<Account | undefined> {
  const owner = await ownerOf(folder);
  if (owner === undefined) return undefined;
  const { code } = await runProgram('id', ['-un', String(owner.uid)]);
  return code === 0 ? owner : undefined;
}

/**
 * PostgreSQL refuses to run as root. Undefined: we aren't root, so it runs as we do. For root, in this order: whoever
 * the cluster belongs to already, whoever the data folder belongs to, `postgres`, `afterglow` (made if need be),
 * `nobody`.
 */
export async function chooseServerAccount(clusterDir: string, dataDir: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return (
    (await ownerOf(clusterDir)) ??
    (await namedOwnerOf(dataDir)) ??
    (await findAccount('postgres')) ??
    (await findAccount(OWN_ACCOUNT)) ??
    (await createAccount(OWN_ACCOUNT)) ??
    (await findAccount('nobody')) ??
    NOBODY
  );
}
