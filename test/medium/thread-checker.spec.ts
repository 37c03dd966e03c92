import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkAll, parseJourneyText } from '#app/application';
import type { JourneyDocument } from '#app/domain';
import { ThreadChecker } from '#app/runtime';
import { LiquidTemplateEngine } from '#app/templates';
import { jest } from '@jest/globals';
import { CHECK_WORKER } from './api-rig.js';

jest.setTimeout(120_000);
const FOLDER = path.resolve('config/presets/journeys');
const presets = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yaml'))
  .map((name): JourneyDocument => {
    const read = parseJourneyText(readFileSync(path.join(FOLDER, name), 'utf8'), 'yaml');
    if ('faults' in read) throw new Error(JSON.stringify(read.faults));
    return read.document;
  });
const [preset] = presets as [JourneyDocument];

/** Timers that ring while this is worked on. */
async function ticksDuring(work: Promise<unknown>): Promise<number> {
  let isDone = false;
  const end = (): void => void (isDone = true);
  work.then(end, end);
  for (let ticks = 0; ; ticks += 1) {
    if (isDone) return ticks;
    await sleep(5);
  }
}

describe('the checker in threads', () => {
  let checker: ThreadChecker | undefined;
  const start = (...args: ConstructorParameters<typeof ThreadChecker>): ThreadChecker =>
    (checker = new ThreadChecker(...args));
  const folder = mkdtempSync(path.join(tmpdir(), 'checks-'));
  /** A module with a `check` that does this. */
  const doing = (body: string): string => {
    const file = path.join(folder, `${body.length}.mjs`);
    writeFileSync(file, `export function check() { ${body} }`);
    return file;
  };
  afterEach(() => checker?.onApplicationShutdown());
  afterAll(() => rmSync(folder, { recursive: true }));

  it('says what is said in place', async () => {
    const broken = { ...preset, key: 'broken', templates: { thanks: { en: { subject: '{% if %}', mjml: '<mj' } } } };
    for (const documents of [[preset], [broken]]) {
      const request = { documents, live: presets.slice(0, 5), areNew: true };
      expect(await start(CHECK_WORKER).check(request)).toEqual(await checkAll(request, new LiquidTemplateEngine()));
      await checker?.onApplicationShutdown();
    }
  });

  it('lets everything else go on meanwhile', async () => {
    const threads = start(CHECK_WORKER);
    const request = { documents: presets.slice(0, 8), live: presets, areNew: false };
    const checked = threads.check(request);
    expect(await ticksDuring(checked)).toBeGreaterThan(10);
    expect(await checked).toHaveLength(8);
    expect(await ticksDuring(checkAll(request, new LiquidTemplateEngine()))).toBeLessThan(3);
  });

  it('ends a check that never ends, and takes the next one', async () => {
    const threads = start(doing('for (;;);'), 500);
    const request = { documents: [preset], live: [], areNew: true };
    const ended = {
      code: 'journey.unchecked',
      message: expect.stringContaining(`"${preset.key}" took longer than 0.5 s`),
    };
    await expect(threads.check(request)).rejects.toMatchObject(ended);
    await expect(threads.check(request)).rejects.toMatchObject(ended);
  });

  it('ends a check that wants all the memory there is', async () => {
    const threads = start(doing('const all = []; for (;;) all.push(new Array(1000).fill(all.length));'));
    await expect(threads.check({ documents: [preset], live: [], areNew: true })).rejects.toMatchObject({
      code: 'journey.unchecked',
      message: expect.stringContaining('needed more than'),
    });
  });
});
