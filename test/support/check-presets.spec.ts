import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { checkDocument, type CompiledTemplate, parseJourneyText } from '#app/application';
import { breaksRule, compileJourney, type Finding, type JourneyDocument, type JourneyPlan } from '#app/domain';
import { stepKinds } from '#app/steps';
import { LiquidTemplateEngine } from '#app/templates';
import { mutantsOf } from './mutants.js';
import type { Mutant } from './mutation.js';

const FOLDER = path.resolve(import.meta.dirname, '../../config/presets/journeys');
/** Mutants that are looked at: of each preset in turn, so that every kind of fault and every preset takes part. */
const SAMPLE = 224;

/** Compiles nothing: mail layout is slow, and its faults are looked for elsewhere. */
class RenderOnly extends LiquidTemplateEngine {
  override async compile(): Promise<{ compiled: CompiledTemplate; faults: [] }> {
    return { compiled: { engine: 1 }, faults: [] };
  }
}
const engine = new RenderOnly();
/** For faults that no template shows; rendering is half of the work. */
class Blind extends RenderOnly {
  override gaps(): [] {
    return [];
  }
}
const blind = new Blind();

/** What a shop fills in before anybody enters. */
const SETTINGS: Readonly<Record<string, JourneyDocument['settings']>> = {
  'how-to-use': { guides: [{ sku: 'BOWL-1', title: 'Care', url: 'https://shop.example/care', checkIn: true }] },
  'public-review': {
    first: { name: 'the first page', url: 'https://reviews.example/shop', weight: 50 },
    second: { name: 'the second page', url: 'https://opinions.example/shop', weight: 50 },
  },
  'second-purchase': { shopUrl: 'https://shop.example', voicesUrl: 'https://shop.example/voices' },
  'win-back': {
    newsUrl: 'https://shop.example/news',
    favouritesUrl: 'https://shop.example/favourites',
    offer: 'Free delivery this week',
  },
  'refill-reminder': { skus: ['BOWL-1'] },
  surprise: { nothing: 0 },
};

const presets = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yaml'))
  .map((name): JourneyDocument => {
    const read = parseJourneyText(readFileSync(path.join(FOLDER, name), 'utf8'), 'yaml');
    if ('faults' in read) throw new Error(JSON.stringify(read.faults));
    const { document } = read;
    return { ...document, settings: { ...document.settings, ...SETTINGS[document.key] } };
  });

function planOf(document: JourneyDocument): JourneyPlan | undefined {
  const result = compileJourney(document, stepKinds);
  return 'plan' in result ? result.plan : undefined;
}

const findingsOf = (
  document: JourneyDocument,
  others: readonly JourneyPlan[] = [],
  templates: RenderOnly = engine,
): Promise<readonly Finding[]> => checkDocument(document, others, templates);

describe('the checker on the presets', () => {
  it.each(presets.map((document) => ({ key: document.key, document })))(
    'finds nothing in $key',
    async ({ document }) => {
      const findings = await findingsOf(document);
      expect(findings.map(({ code, pointer, message }) => `${code} ${pointer} ${message}`)).toEqual([]);
    },
  );

  it('has no error for any of them beside all others', async () => {
    const plans = presets.flatMap((document) => planOf(document) ?? []);
    const found = await Promise.all(presets.map((document) => findingsOf(document, plans, blind)));
    expect(found.flat().filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

describe('the checker on faults put into the presets', () => {
  it('names at least 95 of 100, each with a story that breaks the rule in the engine', async () => {
    const sample = sampleOf(presets.map(mutantsOf));
    const missed: string[] = [];
    let refused = 0;
    let caught = 0;
    for (const mutant of sample) {
      const plan = planOf(mutant.document);
      const others = (mutant.beside ?? []).flatMap((document) => planOf(document) ?? []);
      if (!plan) {
        refused += 1;
        continue;
      }
      const findings = await findingsOf(
        mutant.document,
        others,
        mutant.expects.includes('template.no-fallback') ? engine : blind,
      );
      expect(findings.filter((finding) => !breaksRule(finding, { plan, others }))).toEqual([]);
      if (findings.some(({ code }) => mutant.expects.includes(code))) caught += 1;
      else missed.push(`${mutant.name}: ${mutant.expects.join()} (${findings.map(({ code }) => code).join()})`);
    }
    const judged = caught + missed.length;
    console.log(`${caught} of ${judged} mutants caught, ${refused} refused by the compiler\n${missed.join('\n')}`);
    expect(judged).toBeGreaterThanOrEqual(200);
    expect(caught / judged).toBeGreaterThanOrEqual(0.95);
  });
});

function sampleOf(families: readonly (readonly Mutant[])[]): readonly Mutant[] {
  const all = families.flat();
  const step = Math.max(1, all.length / SAMPLE);
  return Array.from({ length: Math.min(all.length, SAMPLE) }, (_, index) => all[Math.floor(index * step)] as Mutant);
}
