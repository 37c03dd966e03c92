/**
 * `start.mjs [app] [arguments…]`: compiles what is stale, then runs the app in this very process, so that signals and the
 * exit code are the app's own. Without a name it starts the whole system in one process.
 */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { buildWhenStale } from './build.mjs';
import { fromRoot, requirePackages } from './workspace.mjs';

const [target = 'standalone', ...rest] = process.argv.slice(2);
const main = target.includes('/') ? fromRoot('dist', target) : fromRoot('dist', 'apps', target, 'src', 'main.js');

requirePackages(['dependencies']);
buildWhenStale();
if (!existsSync(main)) {
  console.error(`there is nothing to run at ${main}: check the name "${target}"`);
  process.exit(1);
}
process.setSourceMapsEnabled(true);
process.argv = [process.argv[0], main, ...rest];
await import(pathToFileURL(main).href);
