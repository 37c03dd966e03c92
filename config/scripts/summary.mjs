/**
 * `summary.mjs <folder>`: adds up what Jest and the steps left there, names what failed and why, and prints one line last.
 * Nothing run is a failure.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const REASON_LINES = 12;

const [folder] = process.argv.slice(2);
const total = { passed: 0, failed: 0 };
for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
  const result = JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
  // a test file that could not even be loaded holds no test, yet it failed
  total.passed += result.passed ?? result.numPassedTests;
  total.failed += result.failed ?? result.numFailedTests + result.numRuntimeErrorTestSuites;
  for (const failure of failuresIn(name, result)) console.log(failure);
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

/** What failed, or failed at first, with the first lines of why. Shapes: Jest's `--json`, or { passed, failed } of a step. */
function failuresIn(name, { testResults, failed }) {
  if (!testResults) return failed ? [`failed: ${path.basename(name, '.json')}`] : [];
  return testResults.flatMap(({ name: file, message, assertionResults }) => {
    if (assertionResults.length === 0 && message) return [told('failed', path.relative(process.cwd(), file), message)];
    return assertionResults.flatMap(({ status, fullName, failureMessages, retryReasons = [] }) => {
      if (status === 'failed') return [told('failed', fullName, failureMessages.join('\n'))];
      return retryReasons.length > 0 ? [told('passed when run once more', fullName, retryReasons.join('\n'))] : [];
    });
  });
}

function told(how, what, why) {
  const lines = stripVTControlCharacters(why)
    .split('\n')
    .filter((line) => line.trim() && !line.includes('/node_modules/') && !line.includes('node:internal'))
    .slice(0, REASON_LINES);
  return [`${how}: ${what}`, ...lines.map((line) => `    ${line}`)].join('\n');
}
