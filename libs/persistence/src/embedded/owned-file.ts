import { chown, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Root may work in a data folder that belongs to an ordinary user (`sudo npm start`): what it writes there is given to
 * that user, so that the next start without root can read it.
 */
export async function giveToOwnerOfFolder(file: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const folder = await stat(path.dirname(file));
  if (folder.uid !== 0) await chown(file, folder.uid, folder.gid);
}

/** Replaces a private file (mode 0600) as a whole: after a crash it holds the old text or the new one, on disk. */
export async function replacePrivateFile(file: string, text: string): Promise<void> {
  const draft = `${file}.new`;
  await rm(draft, { force: true });
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await giveToOwnerOfFolder(draft);
  await rename(draft, file);
  await syncFolder(path.dirname(file));
}

async function syncFolder(folder: string): Promise<void> {
  // Windows can't open a folder; its rename is durable without
  const handle = await open(folder, 'r').catch(() => undefined);
  if (handle === undefined) return;
  try {
    await handle.sync().catch(() => undefined);
  } finally {
    await handle.close();
  }
}
