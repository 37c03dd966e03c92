import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PresetCatalogue, type PresetSource } from '#app/application';

const EXTENSION = '.yaml';

/** Presets as files of one folder: the folder is the list. They are read anew each time, so that an edited file counts at once. */
export class FilePresetCatalogue extends PresetCatalogue {
  /** @param folder e.g. `config/presets/journeys` */
  constructor(private readonly folder: string) {
    super();
  }

  async list(): Promise<readonly PresetSource[]> {
    const names = (await readdir(this.folder)).filter((name) => name.endsWith(EXTENSION)).toSorted();
    return Promise.all(names.map((name) => this.read(name)));
  }

  async find(key: string): Promise<PresetSource | undefined> {
    const names = await readdir(this.folder);
    const name = `${key}${EXTENSION}`;
    return names.includes(name) ? this.read(name) : undefined;
  }

  private async read(name: string): Promise<PresetSource> {
    return { key: name.slice(0, -EXTENSION.length), text: await readFile(path.join(this.folder, name), 'utf8') };
  }
}
