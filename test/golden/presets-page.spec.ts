import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { JourneyDocument } from '#app/domain';
import { presetDocument, presetKeys } from './play.js';

const PAGE = path.resolve(import.meta.dirname, '../../docs/presets.md');
const BEGIN = '<!-- presets: made from config/presets/journeys by RECORD=1 npm run test:golden -->\n';
const END = '<!-- end of presets -->\n';

const code = (text: string): string => `\`${text.replaceAll('|', String.raw`\|`)}\``;

function beginOf(trigger: JourneyDocument['trigger']): string {
  if ('api' in trigger) return 'a call of the API';
  if ('schedule' in trigger) return `each ${trigger.schedule.every} where ${code(trigger.segment)}`;
  if ('date' in trigger) return `${trigger.every === 'year' ? 'each year, ' : ''}the date ${code(trigger.date)}`;
  return `${code(trigger.event)}${trigger.where === undefined ? '' : ` where ${code(trigger.where)}`}`;
}

function row({ key, title, class: messageClass, trigger, settings, steps }: JourneyDocument): string {
  const names = Object.keys(settings).map((name) => `\`${name}\``);
  const messages = steps.filter(({ kind }) => kind === 'send' || kind === 'ask').length;
  const file = `[${key}](../config/presets/journeys/${key}.yaml)`;
  return `| ${file} | ${title} | ${messageClass} | ${beginOf(trigger)} | ${messages} | ${names.join(' ')} |`;
}

function table(): string {
  const documents = presetKeys()
    .toSorted()
    .map((key) => presetDocument(key));
  return [
    '| key | title | class | begins with | messages | settings |',
    '|---|---|---|---|---|---|',
    ...documents.map(row),
    '',
  ].join('\n');
}

it('docs/presets.md lists every preset as it is', () => {
  const page = readFileSync(PAGE, 'utf8');
  const [before = '', rest = ''] = page.split(BEGIN);
  const [, after = ''] = rest.split(END);
  const wanted = `${before}${BEGIN}\n${table()}\n${END}${after}`;
  if (process.env['RECORD'] !== undefined) writeFileSync(PAGE, wanted);
  expect(readFileSync(PAGE, 'utf8')).toBe(wanted);
});
