import { copyFile, open, readFile, stat, truncate, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { giveToOwnerOfFolder } from './owned-file.js';

const MAX_BYTES = 20 * 1024 * 1024;
const CHECK_EVERY_MS = 60_000;

/** PostgreSQL's own messages: `postgres.log` in the data folder, at most 20 MB and as much again in `postgres.log.1`. */
export class ServerLog {
  readonly file: string;
  private timer: NodeJS.Timeout | undefined;

  constructor(dataDir: string) {
    this.file = path.join(dataDir, 'postgres.log');
  }

  /** For the server to append to; it goes on writing there when we are killed. Close it after the spawn. */
  async openForAppend(): Promise<FileHandle> {
    await this.rotate();
    const handle = await open(this.file, 'a', 0o600);
    await giveToOwnerOfFolder(this.file);
    return handle;
  }

  watchSize(): void {
    this.stopWatching();
    this.timer = setInterval(() => void this.rotate().catch(() => undefined), CHECK_EVERY_MS);
    this.timer.unref();
  }

  stopWatching(): void {
    clearInterval(this.timer);
  }

  async size(): Promise<number> {
    return (await stat(this.file).catch(() => undefined))?.size ?? 0;
  }

  /** What was written from the given byte on. */
  async textSince(byte: number): Promise<string> {
    const all = await readFile(this.file).catch(() => Buffer.alloc(0));
    return all.subarray(Math.min(byte, all.length)).toString('utf8');
  }

  /** Copied and cut in place, because the server holds the file open. */
  private async rotate(): Promise<void> {
    if ((await this.size()) <= MAX_BYTES) return;
    await copyFile(this.file, `${this.file}.1`);
    await truncate(this.file, 0);
  }
}
