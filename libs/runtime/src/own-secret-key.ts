import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PermanentError } from '#app/domain';

const FILE = 'secret.key';

/** The installation's secret key, kept in the data folder: made at the first start, the same ever after. */
export function ownSecretKey(dataDir: string): string {
  const file = path.join(path.resolve(dataDir), FILE);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (!isMissing(error)) throw unreadable(file, error);
  }
  const key = randomBytes(36).toString('base64url');
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${key}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw unreadable(file, error);
  }
  return key;
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}

function unreadable(file: string, cause: unknown): PermanentError {
  return new PermanentError(
    'configuration',
    `The secret key in ${file} cannot be read or made. Make the folder writable for this user, or set DATA_DIR or SECRET_KEY.`,
    { cause },
  );
}
