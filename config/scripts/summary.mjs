/** `summary.mjs <folder>`: adds up what Jest and the steps left there and prints one line. Nothing run is a failure. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const [folder] = process.argv.slice(2);
const total = { passed: 0, failed: 0 };
for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
  const result = JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
  // a test file that could not even be loaded holds no test, yet it failed
  total.passed += result.passed ?? result.numPassedTests;
  total.failed += result.failed ?? result.numFailedTests + result.numRuntimeErrorTestSuites;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
