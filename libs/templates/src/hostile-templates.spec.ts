import { jest } from '@jest/globals';
import fc from 'fast-check';
import {
  BAD_LINKS,
  FORBIDDEN_LIQUID,
  HOSTILE_LIQUID,
  PRYING_LIQUID,
} from '../../../test/support/corpora/hostile-templates.js';
import { compileTemplate } from './compile.js';
import { renderTemplate } from './render.js';
import { TemplateRenderError } from './template.js';
import { aContext, renderMail } from './testing.js';

jest.setTimeout(180_000);
const RUNS = Number(process.env['AFTERGLOW_RUNS'] ?? 200);
/** CPU time, which a busy machine doesn't stretch; two tries of 0.1 and 0.5 s, and what the last step takes beyond them. */
const MAX_CPU_MS = 2_500;
const MAX_MORE_BYTES = 256 * 1024 * 1024;

const hostileContext = () => {
  const context = {
    long: 'a'.repeat(20_000),
    blanks: ' \t\n'.repeat(7_000),
    tags: '<a '.repeat(7_000),
    comments: '<!--'.repeat(5_000),
    scripts: '<script'.repeat(3_000),
    list: ['a', 'b', 'c'],
    deep: { a: [{ b: [{ c: 'd'.repeat(1_000) }] }] },
    huge: 1e15,
    customer: { first_name: 'Ines' },
  };
  return aContext(context);
};

function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** The text, or nothing where the template was refused, ran out of its limits or failed on the data; throws at all else. */
async function rendered(sms: string, context: Record<string, unknown>): Promise<string> {
  const { compiled, problems } = await compileTemplate({ sms });
  if (problems.length > 0) return '';
  try {
    return renderTemplate(compiled, context).sms ?? '';
  } catch (error) {
    if (error instanceof TemplateRenderError) return '';
    throw error;
  }
}

describe('hostile templates', () => {
  it('are many', () => {
    const count = HOSTILE_LIQUID.length + PRYING_LIQUID.length + FORBIDDEN_LIQUID.length + BAD_LINKS.length;
    expect(count).toBeGreaterThanOrEqual(160);
  });

  it.each(HOSTILE_LIQUID)(
    '%s: takes little time and memory, and gives no more than a mail holds',
    async (_name, sms) => {
      const { compiled, problems } = await compileTemplate({ sms });
      const before = process.memoryUsage().rss;
      const context = hostileContext();
      let length = 0;
      const tookMs = cpuMsOf(() => {
        try {
          if (problems.length === 0) length = renderTemplate(compiled, context).sms?.length ?? 0;
        } catch (error) {
          if (!(error instanceof TemplateRenderError)) throw error;
        }
      });
      expect(tookMs).toBeLessThan(MAX_CPU_MS);
      expect(length).toBeLessThanOrEqual(1024 * 1024);
      expect(process.memoryUsage().rss - before).toBeLessThan(MAX_MORE_BYTES);
    },
  );

  it.each(HOSTILE_LIQUID)('%s: is compiled or refused in little time', async (_name, liquid) => {
    const before = process.cpuUsage();
    await compileTemplate({ subject: 'x', mjml: `<mj-text>${liquid}</mj-text>` });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(10_000);
  });

  it.each(PRYING_LIQUID.map((liquid) => [liquid]))('%s gives nothing', async (liquid) => {
    const context = Object.create({ secret: 'inherited' }) as Record<string, unknown>;
    let called = 0;
    Object.assign(context, hostileContext());
    Object.defineProperty(context, 'getter', { enumerable: false, get: () => (called += 1) });
    expect(await rendered(liquid, context)).toMatch(/^[\s,0]*$/);
    expect(called).toBe(0);
  });

  it.each(FORBIDDEN_LIQUID.map((liquid) => [liquid]))('%s is refused when it is saved', async (liquid) => {
    for (const source of [{ sms: liquid }, { subject: 'x', mjml: `<mj-text>${liquid}</mj-text>` }]) {
      const { problems } = await compileTemplate(source);
      expect(problems.map(({ code }) => code).filter((code) => code.startsWith('liquid.')).length).toBeGreaterThan(0);
    }
  });

  it.each(BAD_LINKS.map((link) => [link]))('%j becomes no link of a mail', async (link) => {
    const mjml =
      '<mj-button href="{{ link }}">A</mj-button><mj-text><a href="{{ link }}">B</a>{{ link | url }}</mj-text>';
    const { html } = await renderMail(mjml, aContext({ link }));
    const targets = [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, target]) => target ?? '');
    for (const target of targets) expect(target).toMatch(/^(?:https:\/\/|$)/);
    expect(html).not.toMatch(/<script|\sonclick=/i);
  });

  it('made at random end with a text or with a fault of theirs', async () => {
    const name = fc.constantFrom(
      'long',
      'list',
      'deep',
      'customer',
      'customer.first_name',
      'huge',
      '__proto__',
      'nothing',
      '"x"',
      '1e9',
      '-1',
    );
    const filter = fc.constantFrom(
      'size',
      'upcase',
      'split: ""',
      'join: ","',
      'append: long',
      'replace: "a", long',
      'sort',
      'uniq',
      'reverse',
      'json',
      'date: "%c"',
      'times: 1e9',
      'slice: -5, 9',
      'url_encode',
      'strip_html',
      'money',
      'truncate: 9',
      'map: "constructor"',
      'concat: list',
      'default: long',
      'escape',
      'newline_to_br',
    );
    const output = fc
      .tuple(name, fc.array(filter, { maxLength: 5 }))
      .map(([value, filters]) => `{{ ${[value, ...filters].join(' | ')} }}`);
    const { template } = fc.letrec<{ template: string; part: string }>((tie) => ({
      template: fc.array(tie('part'), { maxLength: 4 }).map((parts) => parts.join('')),
      part: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        output,
        { weight: 4, arbitrary: fc.constantFrom('text', 'b', '{% break %}') },
        fc.constantFrom('text', '{{', '%}', '{% else %}', '{% endif %}'),
        fc.tuple(name, tie('template')).map(([value, inner]) => `{% for i in ${value} %}${inner}{% endfor %}`),
        fc
          .tuple(fc.nat(99_999), tie('template'))
          .map(([end, inner]) => `{% for i in (1..${end}) %}${inner}{% endfor %}`),
        fc.tuple(name, tie('template')).map(([value, inner]) => `{% if ${value} contains "a" %}${inner}{% endif %}`),
        tie('template').map((inner) => `{% capture long %}${inner}{% endcapture %}`),
        output.map((value) => `{% assign list = ${value.slice(2, -2)} %}`),
      ),
    }));
    let texts = 0;
    await fc.assert(
      fc.asyncProperty(template, async (liquid) => {
        const before = process.cpuUsage();
        const text = await rendered(liquid, hostileContext());
        const { user, system } = process.cpuUsage(before);
        expect((user + system) / 1_000).toBeLessThan(MAX_CPU_MS * 2);
        if (text !== '') texts += 1;
      }),
      { numRuns: RUNS },
    );
    // else nearly all of them ended at the parser, and nothing was shown
    expect(texts).toBeGreaterThan(RUNS / 10);
  });
});
