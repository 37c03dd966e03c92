import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseJourneyText } from '#app/application';
import { compileJourney, type Fault, JOURNEY_EVENT_TYPES } from '#app/domain';
import { stepKinds } from '#app/steps';
import { compileTemplate } from '#app/templates';
import { parse } from 'yaml';

const guide = readFileSync(path.resolve(import.meta.dirname, '../docs/journeys.md'), 'utf8');

function blocks(info: string): string[] {
  return [...guide.matchAll(/^```(.*)\n([^]*?)^```$/gm)]
    .filter(([, label]) => label === info)
    .map(([, , text = '']) => text);
}

/** A journey around steps that an example shows alone. */
function around(steps: string): string {
  return JSON.stringify({
    key: 'example',
    title: 'Example',
    class: 'service',
    trigger: 'order.placed',
    entry: { key: 'order.id' },
    steps: parse(steps) as unknown,
    templates: { hello: { en: { subject: 'Hello', mjml: 'Hello', sms: 'Hello' } } },
  });
}

async function faultsOf(text: string): Promise<readonly Pick<Fault, 'message'>[]> {
  const read = parseJourneyText(text, 'yaml');
  if ('faults' in read) return read.faults;
  const compiled = compileJourney(read.document, stepKinds);
  if ('faults' in compiled) return compiled.faults;
  const sources = Object.values(read.document.templates).flatMap((locales) => Object.values(locales));
  const templates = await Promise.all(
    sources.map((source) =>
      compileTemplate(Object.fromEntries(Object.entries(source).filter(([, field]) => field !== undefined))),
    ),
  );
  return templates.flatMap(({ problems }) => problems);
}

describe('docs/journeys.md', () => {
  it.each([...blocks('yaml'), ...blocks('yaml step').map(around)])(
    'shows a journey that can be published: %#',
    async (text) => {
      expect(await faultsOf(text)).toEqual([]);
    },
  );

  it('shows every kind of step', () => {
    const shown = blocks('yaml step').flatMap((text) => (parse(text) as { kind: string }[]).map(({ kind }) => kind));
    expect(new Set(shown)).toEqual(new Set(stepKinds.list().map(({ code }) => code)));
  });

  it('names every type of event', () => {
    expect(JOURNEY_EVENT_TYPES.filter((type) => !guide.includes(`\`${type}\``))).toEqual([]);
  });
});
