import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { Decrypter, Encrypter } from 'age-encryption';
import { PermanentError } from '#app/domain';
import { extract, type Pack, pack } from 'tar-stream';

/** With what the file of an age-sealed text begins. */
const AGE_MAGIC = 'age-encryption.org/';
/** Fast: what is stored compresses well at any level. */
const GZIP_LEVEL = 3;

export type AddEntry = (name: string, bytes: Buffer) => Promise<void>;

export interface ArchiveEntry {
  readonly name: string;
  readonly body: AsyncIterable<Buffer>;
}

/**
 * Writes a gzipped tar, sealed for the recipients of age (`age1…`) where there are any. The file gets its name when it is complete and
 * on disk: what an interrupted backup leaves is never taken for one.
 */
export async function writeArchive(
  file: string,
  recipients: readonly string[],
  fill: (add: AddEntry) => Promise<void>,
): Promise<void> {
  // a wrong key is told before any work
  encrypterFor(recipients);
  const draft = `${file}.${randomUUID()}.part`;
  const tar = pack();
  try {
    const written = pipeline(
      tar,
      createGzip({ level: GZIP_LEVEL }),
      sealedFor(recipients),
      createWriteStream(draft, { mode: 0o600, flags: 'wx', flush: true }),
    );
    const filled = fill((name, bytes) => addEntry(tar, name, bytes)).then(
      () => tar.finalize(),
      (error: unknown) => {
        tar.destroy();
        throw error;
      },
    );
    const [, result] = await Promise.allSettled([written, filled]);
    if (result.status === 'rejected') throw result.reason;
    await written;
    await rename(draft, file);
    await syncFolder(path.dirname(file));
  } finally {
    await rm(draft, { force: true });
  }
}

function addEntry(tar: Pack, name: string, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const entry = tar.entry({ name, size: bytes.length, mode: 0o600 }, (error) => (error ? reject(error) : resolve()));
    // where the file can't be written, this is all that is told
    entry.once('error', reject).once('close', () => reject(new Error('The file of the backup was closed too early.')));
    entry.end(bytes);
  });
}

function sealedFor(recipients: readonly string[]): (source: AsyncIterable<Buffer>) => AsyncGenerator<Uint8Array> {
  return async function* seal(source) {
    if (recipients.length === 0) {
      yield* source;
      return;
    }
    yield* await encrypterFor(recipients).encrypt(webStream(source));
  };
}

function encrypterFor(recipients: readonly string[]): Encrypter {
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch (cause) {
      throw new PermanentError('validation', `"${recipient}" is no public key of age: it would begin with age1.`, {
        cause,
      });
    }
  }
  return encrypter;
}

/** The entries in their order; each body is read before the next entry is asked for. */
export async function* readArchive(file: string, identities: readonly string[]): AsyncGenerator<ArchiveEntry> {
  const isSealed = (await headOf(file, AGE_MAGIC.length)) === AGE_MAGIC;
  if (isSealed && identities.length === 0)
    throw new PermanentError('validation', `${file} is sealed. Name the file with its key: --key <file>.`);
  const tar = extract();
  const read = pipeline(
    createReadStream(file),
    opened(isSealed, file, identities),
    createGunzip(),
    tar as unknown as NodeJS.WritableStream,
  );
  // told by the entries, or at the end
  read.catch(() => undefined);
  try {
    for await (const entry of tar)
      yield { name: entry.header.name, body: bodyOf(entry as AsyncIterable<Buffer>, file) };
    await read;
  } catch (cause) {
    throw damaged(file, cause);
  } finally {
    tar.destroy();
  }
}

async function* bodyOf(entry: AsyncIterable<Buffer>, file: string): AsyncGenerator<Buffer> {
  try {
    yield* entry;
  } catch (cause) {
    throw damaged(file, cause);
  }
}

export function damaged(file: string, cause?: unknown): PermanentError {
  if (cause instanceof PermanentError) return cause;
  const why = cause instanceof Error ? ` (${cause.message})` : '';
  return new PermanentError('validation', `${file} is damaged or incomplete${why}. Take another backup.`, { cause });
}

function opened(
  isSealed: boolean,
  file: string,
  identities: readonly string[],
): (source: AsyncIterable<Buffer>) => AsyncGenerator<Uint8Array> {
  return async function* unseal(source) {
    if (!isSealed) {
      yield* source;
      return;
    }
    const decrypter = new Decrypter();
    for (const identity of identities) decrypter.addIdentity(identity);
    let plain: AsyncIterable<Uint8Array>;
    try {
      plain = await decrypter.decrypt(webStream(source));
    } catch (cause) {
      throw new PermanentError('validation', `The key does not open ${file}. Name the one that it was sealed for.`, {
        cause,
      });
    }
    yield* plain;
  };
}

function webStream(source: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  // both are the same class; their types come from two libraries
  return Readable.toWeb(Readable.from(source, { objectMode: false })) as unknown as ReadableStream<Uint8Array>;
}

async function headOf(file: string, bytes: number): Promise<string> {
  let handle;
  try {
    handle = await open(file, 'r');
  } catch (cause) {
    throw new PermanentError('validation', `${file} cannot be read. Check the name.`, { cause });
  }
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  // some file systems can't: the file itself is on disk
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
