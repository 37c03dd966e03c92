import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { replacePrivateFile } from './owned-file.js';

const clusterRecordSchema = z.object({
  port: z.number().int().min(1).max(65_535),
  password: z.string().min(16),
  /** Set once initdb has finished: from then on a missing directory is a loss, not a first start. */
  initialised: z.boolean(),
  /** Absolute path, only when the cluster could not live inside the data folder. */
  relocatedTo: z.string().optional(),
});

/** What the data folder remembers of its cluster from one start to the next. */
export type ClusterRecord = z.infer<typeof clusterRecordSchema>;

function recordFile(dataDir: string): string {
  return path.join(dataDir, 'postgres.json');
}

export function newClusterRecord(port: number): ClusterRecord {
  return { port, password: randomBytes(24).toString('base64url'), initialised: false };
}

export async function readClusterRecord(dataDir: string): Promise<ClusterRecord | undefined> {
  const file = recordFile(dataDir);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT') return undefined;
    throw new Error(`${file} can't be read (${code}). Start as the same user as the first time, or as root.`, {
      cause: error,
    });
  }
  try {
    return clusterRecordSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(
      `${file} is damaged: it holds the password and the port of the database in this folder. ` +
        'Put it back from a copy; delete it only together with the database.',
      { cause: error },
    );
  }
}

export async function writeClusterRecord(dataDir: string, record: ClusterRecord): Promise<void> {
  await replacePrivateFile(recordFile(dataDir), `${JSON.stringify(record, null, 2)}\n`);
}
