import { mkdir, realpath, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { clusterDirOf, majorVersionOf } from './cluster-directory.js';
import { newClusterRecord, readClusterRecord, writeClusterRecord, type ClusterRecord } from './cluster-record.js';
import { DataDirLock } from './data-dir-lock.js';
import { EmbeddedPostgres } from './embedded-postgres.js';
import { findFreePort } from './free-port.js';

export interface ClusterUpgrade {
  readonly dataDir: string;
  /** Folder with the programs of the version that made the cluster. */
  readonly programs: string;
  readonly database: string;
  /** Takes everything from the one database into the other, which is empty. */
  readonly move: (fromUrl: string, toUrl: string) => Promise<void>;
  readonly log?: (line: string) => void;
}

/**
 * A new cluster by our programs beside one that older ones made, filled from it and put in its place. The old one is kept. At any
 * moment there is either the one or the other in that place, or nothing, with which no start takes place; calling again goes on.
 * @returns where the old cluster is; undefined when there was nothing to do
 */
export async function upgradeCluster(upgrade: ClusterUpgrade): Promise<{ kept: string } | undefined> {
  const dataDir = await realpath(path.resolve(upgrade.dataDir));
  const record = await readClusterRecord(dataDir);
  if (record?.initialised !== true) throw new Error(`There is no database in ${dataDir}. Set DATA_DIR to its folder.`);
  const place = clusterDirOf(dataDir, record);
  const draft = path.join(dataDir, 'upgrade');
  const swap = await findSwap(place, draft);
  if (swap) return swapIn(dataDir, { ...swap, place, draft });
  const from = await EmbeddedPostgresPair.open(upgrade, dataDir, draft, record);
  if (from === undefined) return undefined;
  const swapped = await from.move(upgrade);
  return swapIn(dataDir, { ...swapped, place, draft });
}

interface Swap {
  /** The filled cluster. */
  readonly filled: string;
  /** Where the old one goes, or is already. */
  readonly kept: string;
}

/** What an upgrade left that was interrupted right between taking the old one away and putting the new one there. */
async function findSwap(place: string, draft: string): Promise<Swap | undefined> {
  if ((await majorVersionOf(place)) !== undefined) return undefined;
  const record = await readClusterRecord(draft).catch(() => undefined);
  if (record === undefined) return undefined;
  const filled = clusterDirOf(draft, record);
  return (await majorVersionOf(filled)) === undefined ? undefined : { filled, kept: `${place}-old` };
}

async function swapIn(
  dataDir: string,
  { filled, kept, place, draft }: Swap & { place: string; draft: string },
): Promise<{ kept: string }> {
  const lock = await DataDirLock.acquire(dataDir, () => undefined);
  try {
    if ((await majorVersionOf(place)) !== undefined) await rename(place, kept);
    await rename(filled, place);
    await rm(draft, { recursive: true, force: true });
  } finally {
    await lock.release();
  }
  return { kept };
}

/** The old server and the new one, both running. */
class EmbeddedPostgresPair {
  private constructor(
    private readonly old: EmbeddedPostgres,
    private readonly fresh: EmbeddedPostgres,
    private readonly places: Swap,
  ) {}

  static async open(
    { programs, log }: ClusterUpgrade,
    dataDir: string,
    draft: string,
    { password }: ClusterRecord,
  ): Promise<EmbeddedPostgresPair | undefined> {
    const notes = log ? { log } : {};
    const old = new EmbeddedPostgres({ dataDir, programs, ...notes });
    const { directory } = await old.start();
    try {
      // whoever may pass through the data folder may pass through this one
      await mkdir(draft, { recursive: true, mode: 0o711 });
      // the same password, so that the record of the data folder holds for the new one as well
      if ((await readClusterRecord(draft)) === undefined)
        await writeClusterRecord(draft, { ...newClusterRecord(await findFreePort()), password });
      const fresh = new EmbeddedPostgres({ dataDir: draft, ...notes });
      const started = await fresh.start();
      const pair = new EmbeddedPostgresPair(old, fresh, { filled: started.directory, kept: `${directory}-old` });
      if ((await majorVersionOf(directory)) !== (await majorVersionOf(started.directory))) return pair;
      await fresh.stop();
      await rm(draft, { recursive: true, force: true });
    } catch (error) {
      await old.stop();
      throw error;
    }
    await old.stop();
    return undefined;
  }

  async move({ database, move }: ClusterUpgrade): Promise<Swap> {
    try {
      // what an interrupted upgrade left is begun again
      await this.fresh.dropDatabase(database);
      await this.fresh.createDatabase(database);
      await move(this.old.url(database), this.fresh.url(database));
    } finally {
      await this.fresh.stop();
      await this.old.stop();
    }
    return this.places;
  }
}
