import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { JourneyDocument } from '#app/domain';
import { captionOf, chosenShots } from '../screenshots/shots.js';
import { presetDocument, presetKeys } from './play.js';

const PAGE = path.resolve(import.meta.dirname, '../../docs/presets.md');
const BEGIN = '<!-- presets: made from config/presets/journeys by RECORD=1 npm run test:golden -->\n';
const END = '<!-- end of presets -->\n';
const PICTURES = '<!-- pictures: taken by npm run screenshots, listed by RECORD=1 npm run test:golden -->\n';
const PICTURES_END = '<!-- end of pictures -->\n';
const IMAGES = path.resolve(import.meta.dirname, '../../docs/images');
/** The page is read over slow lines too. */
const MAX_PICTURE_BYTES = 60_000;

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

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

async function gallery(): Promise<string> {
  const shots = await chosenShots();
  return shots
    .map(
      (shot) =>
        `<img src="images/${shot.name}.webp" alt="${escaped(captionOf(shot))}" width="${shot.width > 600 ? 600 : 280}">\n`,
    )
    .join('');
}

/** The page with a part of it written anew, which a recording run keeps. */
function withPart(page: string, [begin, end]: readonly [string, string], part: string): string {
  const [before = '', rest = ''] = page.split(begin);
  const [, after = ''] = rest.split(end);
  return `${before}${begin}\n${part}\n${end}${after}`;
}

it('docs/presets.md lists every preset as it is, and shows how some of them look', async () => {
  const page = readFileSync(PAGE, 'utf8');
  const wanted = withPart(withPart(page, [BEGIN, END], table()), [PICTURES, PICTURES_END], await gallery());
  if (process.env['RECORD'] !== undefined) writeFileSync(PAGE, wanted);
  expect(readFileSync(PAGE, 'utf8')).toBe(wanted);
});

it('docs/images holds the pictures of that page and no others, all of them small', async () => {
  const names = (await chosenShots()).map(({ name }) => `${name}.webp`);
  expect(readdirSync(IMAGES).toSorted()).toEqual(names.toSorted());
  for (const name of names) expect(statSync(path.join(IMAGES, name)).size).toBeLessThan(MAX_PICTURE_BYTES);
});
