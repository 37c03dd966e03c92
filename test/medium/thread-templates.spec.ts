import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ThreadTemplates } from '#app/runtime';
import { LiquidTemplateEngine } from '#app/templates';
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import { CHECK_WORKER } from './api-rig.js';

jest.setTimeout(120_000);
const WORKER = path.join(path.dirname(CHECK_WORKER), 'compile.worker.js');
const MAIL = { subject: 'Thanks {{ customer.firstName }}', mjml: '<mj-text>Order {{ order.name }}</mj-text>' };
/** Some hundred milliseconds of MJML. */
const LONG = { subject: 'x', mjml: '<mj-text>x</mj-text>'.repeat(400) };

describe('templates compiled in threads', () => {
  let templates: ThreadTemplates | undefined;
  const start = (...args: ConstructorParameters<typeof ThreadTemplates>): ThreadTemplates =>
    (templates = new ThreadTemplates(...args));
  const folder = mkdtempSync(path.join(tmpdir(), 'compiles-'));
  const doing = (body: string): string => {
    const file = path.join(folder, `${body.length}.mjs`);
    writeFileSync(file, `export function compile() { ${body} }`);
    return file;
  };
  afterEach(() => templates?.onApplicationShutdown());
  afterAll(() => rmSync(folder, { recursive: true }));

  it('come out as they do in place, with the same faults', async () => {
    const inPlace = new LiquidTemplateEngine();
    const threads = start(WORKER);
    for (const source of [MAIL, { sms: 'Hi' }, { subject: '{% if %}', mjml: '<mj' }, { sms: '{{ a | shout }}' }])
      expect(await threads.compile(source)).toEqual(await inPlace.compile(source));
  });

  it('let everything else go on meanwhile', async () => {
    const threads = start(WORKER);
    let isDone = false;
    let ticks = 0;
    const compiled = threads.compile(LONG).finally(() => (isDone = true));
    while (!isDone) {
      await sleep(2);
      ticks += 1;
    }
    await compiled;
    expect(ticks).toBeGreaterThan(10);
  });

  it.each([
    ['never end', 'for (;;);', 'took longer than 0.5 s'],
    ['want all the memory there is', 'const all = []; for (;;) all.push(new Array(1000).fill(all.length));', ''],
  ])('are ended when they %s, and the next one is taken', async (_title, body, words) => {
    const threads = start(doing(body), words === '' ? 60_000 : 500);
    for (let turn = 0; turn < 2; turn += 1)
      await expect(threads.compile(MAIL)).rejects.toMatchObject({
        code: 'journey.unchecked',
        message: expect.stringContaining(words),
      });
  });
});
