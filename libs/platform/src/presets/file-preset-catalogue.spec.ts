import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FilePresetCatalogue } from './file-preset-catalogue.js';

describe('FilePresetCatalogue', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'presets-'));
    await writeFile(path.join(folder, 'b.yaml'), 'key: b');
    await writeFile(path.join(folder, 'a.yaml'), 'key: a');
    await writeFile(path.join(folder, 'README.md'), '# presets');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('lists the YAML files of its folder by key', async () => {
    expect(await new FilePresetCatalogue(folder).list()).toEqual([
      { key: 'a', text: 'key: a' },
      { key: 'b', text: 'key: b' },
    ]);
  });

  it('finds samples in the folder beside it', async () => {
    await mkdir(path.join(folder, 'samples'));
    await writeFile(path.join(folder, 'samples', 'known.yaml'), 'title: Known');
    expect(await new FilePresetCatalogue(path.join(folder, 'journeys')).samples()).toEqual([
      { key: 'known', text: 'title: Known' },
    ]);
  });

  it('finds a preset by key and never leaves its folder', async () => {
    const catalogue = new FilePresetCatalogue(path.join(folder, '.'));
    expect(await catalogue.find('b')).toEqual({ key: 'b', text: 'key: b' });
    expect(await catalogue.find('README')).toBeUndefined();
    expect(await catalogue.find(`../${path.basename(folder)}/a`)).toBeUndefined();
  });
});
