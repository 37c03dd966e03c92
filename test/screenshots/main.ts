import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { allShots, chosenShots, type Shot } from './shots.js';

const USAGE = `npm run screenshots [-- --all <folder>]
Shoots mails of the presets and public pages as a browser shows them, into docs/images, and names what is wrong with them.
--all shoots every mail of every preset, on a phone and a screen, light and dark, as PNG into a folder of yours.`;
const IMAGES = path.resolve('docs/images');
const EXAMINE = readFileSync('test/screenshots/examine.mjs', 'utf8');
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const QUALITY = 82;

/** @throws where there is none */
function browserPath(): string {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) =>
    existsSync(file),
  );
  if (found !== undefined) return found;
  throw new Error(`There is no ${NAMES.join(', ')} on PATH. Install one first (Debian: apt-get install chromium).`);
}

interface Picture {
  readonly bytes: Buffer;
  readonly problems: readonly string[];
}

/** WebP for the documentation: a third of what PNG takes. */
async function shoot(browser: Browser, { width, scheme, html }: Shot, format: 'png' | 'webp'): Promise<Picture> {
  const context = await browser.newContext({
    // as high as what it shows, if that isn't next to nothing
    viewport: { width, height: 300 },
    colorScheme: scheme,
    isMobile: width < 600,
  });
  try {
    const page = await context.newPage();
    // nothing of a mail is loaded from elsewhere here
    await page.route('**/*', (route) => route.abort());
    await page.setContent(html);
    const problems = await page.evaluate<string[]>(EXAMINE);
    if (format === 'png') return { bytes: await page.screenshot({ fullPage: true }), problems };
    const height = await page.evaluate<number>('document.documentElement.scrollHeight');
    const session = await context.newCDPSession(page);
    const { data } = await session.send('Page.captureScreenshot', {
      format,
      quality: QUALITY,
      captureBeyondViewport: true,
      clip: { x: 0, y: 0, width, height, scale: 1 },
    });
    return { bytes: Buffer.from(data, 'base64'), problems };
  } finally {
    await context.close();
  }
}

async function run(): Promise<number> {
  const { values } = parseArgs({ options: { all: { type: 'string' }, help: { type: 'boolean' } } });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const executablePath = browserPath();
  const folder = values.all ?? IMAGES;
  const format = values.all === undefined ? 'webp' : 'png';
  const shots = values.all === undefined ? await chosenShots() : await allShots();
  mkdirSync(folder, { recursive: true });
  const names = new Set(shots.map(({ name }) => `${name}.${format}`));
  if (values.all === undefined)
    for (const file of readdirSync(folder)) if (!names.has(file)) rmSync(path.join(folder, file));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  let faults = 0;
  try {
    for (const shot of shots) {
      const { bytes, problems } = await shoot(browser, shot, format);
      writeFileSync(path.join(folder, `${shot.name}.${format}`), bytes);
      for (const problem of problems) console.log(`${shot.name}: ${problem}`);
      faults += problems.length;
    }
  } finally {
    await browser.close();
  }
  console.log(`${shots.length} pictures in ${folder}, ${faults} faults`);
  return faults === 0 ? 0 : 1;
}

try {
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
