import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { PermanentError } from '#app/domain';
import { SecretKeyring } from '#app/platform';

const ROOT_BYTES = 32;

/** Keys that stay the same when SECRET_KEY changes. */
export interface InstallationKeys {
  /** Of links in messages and of hashes of addresses. */
  readonly root: Uint8Array;
  /** Of the passwords of the runtime roles. */
  readonly roles: Uint8Array;
  /** The oldest of the secret keys by which one of the two is sealed: 0 when all of the installation is sealed by the present one. */
  readonly keyIndex: number;
}

type Name = 'root' | 'roles';

interface SealedSample {
  readonly sealed: string;
  readonly id: string;
}

/**
 * The keys of this installation; made when there are none. A new installation gets a root of its own. One that is older goes on with
 * what was made from its secret key, so that links in mails, suppressions and names of erased people are still known.
 * @param madeFrom the secret key that the rows were made under; left out: the present one
 * @throws PermanentError `configuration` when none of the secret keys is the one of this installation
 */
export async function installationKeys(
  client: Client,
  secretKeys: readonly string[],
  madeFrom?: string,
): Promise<InstallationKeys> {
  const known = await readInstallationKeys(client, secretKeys);
  if (known) return known;
  const shops = await client.query('select 1 from app.shop limit 1');
  const isNew = shops.rowCount === 0;
  if (!isNew && madeFrom === undefined) await refuseUnsureKey(client, secretKeys);
  const derived = SecretKeyring.rootOf(madeFrom ?? secretKeys[0] ?? '');
  const keys = { root: isNew ? randomBytes(ROOT_BYTES) : derived, roles: derived };
  await keep(client, new SecretKeyring(secretKeys), keys);
  return { ...keys, keyIndex: 0 };
}

/** As `installationKeys`, but undefined where there are none yet. */
export async function readInstallationKeys(
  client: Client,
  secretKeys: readonly string[],
): Promise<InstallationKeys | undefined> {
  const ring = new SecretKeyring(secretKeys);
  const { rows } = await client.query<{ name: Name; sealed: string }>('select name, sealed from app.installation_key');
  const [root, roles] = (['root', 'roles'] as const).map((name) => {
    const row = rows.find((each) => each.name === name);
    return row && openKey(ring, row.sealed, name);
  });
  if (!root || !roles) return undefined;
  return { root: root.key, roles: roles.key, keyIndex: Math.max(root.keyIndex, roles.keyIndex) };
}

export const installationKeyContext = (name: string): string => `installation|${name}`;

/** From here on the runtime roles have passwords made from the present secret key. */
export async function renewRoles(client: Client, secretKeys: readonly string[]): Promise<Uint8Array> {
  const roles = SecretKeyring.rootOf(secretKeys[0] ?? '');
  await keep(client, new SecretKeyring(secretKeys), { roles });
  return roles;
}

async function keep(client: Client, ring: SecretKeyring, keys: Partial<Record<Name, Uint8Array>>): Promise<void> {
  for (const [name, key] of Object.entries(keys))
    await client.query(
      `insert into app.installation_key (name, sealed) values ($1, $2) on conflict (name) do update set sealed = excluded.sealed`,
      [name, ring.seal(Buffer.from(key).toString('base64url'), installationKeyContext(name))],
    );
}

function openKey(ring: SecretKeyring, sealed: string, name: Name): { key: Uint8Array; keyIndex: number } {
  try {
    const { plain, keyIndex } = ring.openWithAny(sealed, installationKeyContext(name));
    return { key: Buffer.from(plain, 'base64url'), keyIndex };
  } catch (cause) {
    throw new PermanentError(
      'configuration',
      'This database belongs to another SECRET_KEY. Set the one it was used with; while it is being changed, SECRET_KEY_FALLBACKS names the old one (docs/secrets.md).',
      { cause },
    );
  }
}

/** What is made now stays for ever: it must be made from the key that this installation really has. */
async function refuseUnsureKey(client: Client, secretKeys: readonly string[]): Promise<void> {
  if (secretKeys.length > 1) {
    throw new PermanentError(
      'configuration',
      'This database comes from an older Afterglow. Start once with the SECRET_KEY that it was used with, without SECRET_KEY_FALLBACKS; then change the key.',
    );
  }
  const { rows } = await client.query<SealedSample>(
    `select secrets as sealed, 'source|' || id as id from app.source order by id desc limit 1`,
  );
  for (const { sealed, id } of rows) {
    try {
      new SecretKeyring(secretKeys).open(sealed, id);
    } catch (cause) {
      throw new PermanentError(
        'configuration',
        'This database was used with another SECRET_KEY: what it has sealed does not open. Set the one it was used with.',
        { cause },
      );
    }
  }
}
