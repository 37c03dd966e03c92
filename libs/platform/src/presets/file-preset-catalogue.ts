import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PresetCatalogue, type PresetSource } from '#app/application';

const EXTENSION = '.yaml';

/** Presets as files of one folder: the folder is the list. They are read anew each time, so that an edited file counts at once. */
export class FilePresetCatalogue extends PresetCatalogue {
  /** @param folder e.g. `config/presets/journeys`; its neighbour `samples` holds the samples */
  constructor(private readonly folder: string) {
    super();
  }

  list(): Promise<readonly PresetSource[]> {
    return readAll(this.folder);
  }

  async find(key: string): Promise<PresetSource | undefined> {
    const names = await readdir(this.folder);
    const name = `${key}${EXTENSION}`;
    return names.includes(name) ? read(this.folder, name) : undefined;
  }

  samples(): Promise<readonly PresetSource[]> {
    return readAll(path.join(this.folder, '..', 'samples'));
  }
}

async function readAll(folder: string): Promise<readonly PresetSource[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(EXTENSION)).toSorted();
  return Promise.all(names.map((name) => read(folder, name)));
}

async function read(folder: string, name: string): Promise<PresetSource> {
  return { key: name.slice(0, -EXTENSION.length), text: await readFile(path.join(folder, name), 'utf8') };
}
