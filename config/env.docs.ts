import { describeEnv } from './env.schema.js';

const WIDTH = 118;
const START = '<!-- configuration:start -->';
const END = '<!-- configuration:end -->';

/** .env.example: every key with its description, commented out so that the defaults stay in force. */
export function renderEnvExample(): string {
  const blocks = describeEnv().map(({ key, description, defaultValue }) => {
    const comment = wrap(description).map((line) => `# ${line}`);
    return [...comment, `#${key}=${defaultValue ?? ''}`].join('\n');
  });
  return `# Settings of Afterglow. Copy what you need to .env; made by config/scripts/generate-docs.mjs, don't edit.\n\n${blocks.join('\n\n')}\n`;
}

function renderTable(): string {
  const rows = describeEnv().map(
    ({ key, description, defaultValue }) =>
      `| \`${key}\` | ${defaultValue === undefined ? '' : `\`${defaultValue}\``} | ${description.replaceAll('|', '\\|')} |`,
  );
  return ['| setting | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

/** The README with its configuration table renewed; unchanged when it has no place for one. */
export function renewReadme(readme: string): string {
  const start = readme.indexOf(START);
  const end = readme.indexOf(END);
  if (start < 0 || end < start) return readme;
  return `${readme.slice(0, start + START.length)}\n${renderTable()}\n${readme.slice(end)}`;
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
