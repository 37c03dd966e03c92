import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CodeFault, CodeFile, CodeFinding, Remembered } from '#app/application';
import { PermanentError } from '#app/domain';
import { z } from 'zod';

const LOCK = '.afterglow.json';
const MIGRATIONS = 'migrations';
const PARTIALS = 'partials';
const lock = z.object({ journeys: z.record(z.string(), z.array(z.string())) });

const isYaml = (name: string): boolean => /\.ya?ml$/.test(name);
const isPartial = (name: string): boolean => name.endsWith('.liquid');
const isScenario = (name: string): boolean => /\.scenario\.ya?ml$/.test(name);

/** A folder with journeys, their scenarios, and what was seen of the shop. */
export class CodeFolder {
  constructor(readonly path: string) {}

  /** @throws PermanentError `not_found` */
  static existing(folder: string): CodeFolder {
    if (!existsSync(folder)) throw new PermanentError('not_found', `There is no folder ${folder}.`);
    return new CodeFolder(folder);
  }

  /** With the partials that they share. */
  journeys(): CodeFile[] {
    return [...this.files((name) => isYaml(name) && !isScenario(name)), ...this.partials()];
  }

  /** Pieces of templates. */
  partials(): CodeFile[] {
    return this.below(PARTIALS, isPartial);
  }

  scenarios(): CodeFile[] {
    return this.files(isScenario);
  }

  /** What runs of earlier versions are to do: one file a journey. */
  migrations(): CodeFile[] {
    return this.below(MIGRATIONS, isYaml);
  }

  /** @throws PermanentError `validation` for a file of another make */
  remembered(): Remembered {
    const file = path.join(this.path, LOCK);
    if (!existsSync(file)) return {};
    try {
      return lock.parse(JSON.parse(readFileSync(file, 'utf8'))).journeys;
    } catch {
      throw new PermanentError(
        'validation',
        `${file} can't be read. Remove it, then pull into another folder and compare.`,
      );
    }
  }

  write(files: readonly CodeFile[]): void {
    mkdirSync(this.path, { recursive: true });
    for (const { name, text } of files) this.replace(name, text);
  }

  remember(journeys: Remembered): void {
    const inOrder = Object.fromEntries(Object.entries(journeys).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    this.write([{ name: LOCK, text: `${JSON.stringify({ journeys: inOrder }, null, 2)}\n` }]);
  }

  private below(folder: string, isWanted: (name: string) => boolean): CodeFile[] {
    return new CodeFolder(path.join(this.path, folder))
      .files(isWanted)
      .map(({ name, text }) => ({ name: `${folder}/${name}`, text }));
  }

  private files(isWanted: (name: string) => boolean): CodeFile[] {
    if (!existsSync(this.path)) return [];
    return readdirSync(this.path)
      .filter((name) => !name.startsWith('.') && isWanted(name))
      .toSorted()
      .map((name) => ({ name, text: readFileSync(path.join(this.path, name), 'utf8') }));
  }

  /** Never half a file. */
  private replace(name: string, text: string): void {
    const file = path.join(this.path, name);
    writeFileSync(`${file}.part`, text);
    renameSync(`${file}.part`, file);
  }
}

export function faultLine(folder: string, { file, line, pointer, message }: CodeFault): string {
  const place = path.join(folder, file) + (line === null ? '' : `:${line}`);
  return `${place}  ${pointer === '' ? '' : `${pointer}: `}${message}`;
}

export function printFinding(folder: string, { code, severity, message, outcome, ...place }: CodeFinding): void {
  console.log(`${faultLine(folder, { ...place, message: `${severity} ${code}: ${message}` })}\n  ${outcome}`);
}

export function printFaults(folder: string, faults: readonly CodeFault[]): void {
  for (const fault of faults) console.error(faultLine(folder, fault));
  console.error(`\n${faults.length === 1 ? 'One fault' : `${faults.length} faults`}. Nothing was done.`);
}
