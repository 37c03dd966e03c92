import { IMPERSONAL_TABLES, PERSONAL_TABLES } from '#app/persistence';

const START = '<!-- tables:start -->';
const END = '<!-- tables:end -->';

type Erasure = (typeof PERSONAL_TABLES)[number]['erasure'];

/** docs/privacy.md with its tables renewed. */
export function renewPrivacyPage(page: string): string {
  const start = page.indexOf(START) + START.length;
  return `${page.slice(0, start)}\n${renderTables()}\n${page.slice(page.indexOf(END))}`;
}

function renderTables(): string {
  const rows = PERSONAL_TABLES.map(
    ({ table, holds, why, kept, erasure }) =>
      `| \`${table}\` | ${holds} | ${why} | ${keptOf(kept)} | ${inWords(erasure)} |`,
  );
  const others = Object.entries(IMPERSONAL_TABLES).map(([table, why]) => `\`${table}\` (${why})`);
  return [
    '',
    '| table | holds | why | kept | an erasure |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    `Nothing of people is in ${others.join(', ')}.`,
    '',
  ].join('\n');
}

function keptOf(kept: string): string {
  return /^[A-Z_]+$/.test(kept) ? `\`${kept}\`` : kept;
}

function inWords(erasure: Erasure): string {
  if (erasure.rows === 'deleted') return 'deletes the rows';
  const columns = Object.keys(erasure.clears).map((column) => `\`${column}\``);
  return columns.length === 0 ? 'leaves them: they tell nobody' : `empties ${columns.join(', ')}`;
}
