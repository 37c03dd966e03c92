import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from './processes.js';

/** Of the project's root, what a running process reads beside its packages. */
const COPIED = ['package.json', 'dist', 'config'];

/** Another build than the one under test, in a folder of its own that stays as it is while that one changes. */
export class AnotherBuild {
  private constructor(
    readonly folder: string,
    private readonly isOurs: boolean,
  ) {}

  /** @param given folder of a built former release; a copy of the present build when left out */
  static make(given?: string): AnotherBuild {
    if (given !== undefined) return new AnotherBuild(path.resolve(given), false);
    const folder = mkdtempSync(path.join(tmpdir(), 'afterglow-build-'));
    for (const name of COPIED) cpSync(path.join(projectRoot(), name), path.join(folder, name), { recursive: true });
    symlinkSync(path.join(projectRoot(), 'node_modules'), path.join(folder, 'node_modules'));
    return new AnotherBuild(folder, true);
  }

  remove(): void {
    if (this.isOurs) rmSync(this.folder, { recursive: true, force: true });
  }
}
