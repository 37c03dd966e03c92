import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { channelKinds } from './registry.js';

/** Calls of journeys: no way for messages. */
const NO_CHANNEL = 'webhook';
const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== NO_CHANNEL)
  .map((entry) => entry.name);

describe('channelKinds', () => {
  it('registers every folder under its own name', () => {
    expect(channelKinds.map((kind) => kind.code).toSorted()).toEqual(folders.toSorted());
  });

  it.each(folders)('%s has its channel and a spec that runs the contract', (folder) => {
    for (const file of [`${folder}.channel.ts`, `${folder}.channel.spec.ts`]) {
      expect(existsSync(path.join(import.meta.dirname, folder, file))).toBe(true);
    }
  });

  it.each(channelKinds)('$code serves a medium and has settings', (kind) => {
    expect(kind.media.length).toBeGreaterThan(0);
    expect(kind.faultsOf('nonsense')).toHaveLength(1);
  });
});
