/**
 * Runs named commands, two at a time, and prints one line for each; the output is shown only when a command fails.
 * A step is { name, args, env?, skip?, counts? }: `args` go to this Node, `skip` is the reason not to run it, and
 * `counts: false` says that the step reports its own numbers (Jest does).
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ENDING_SIGNALS, passOnSignals, root, seconds } from './workspace.mjs';

const AT_ONCE = 2;
const LIMIT_MS = 35 * 60_000;
/** Told to end: what runs is told so too, and nothing is begun any more. */
let isEnding = false;

function execute({ args, env }) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env } });
    passOnSignals(child);
    const limit = setTimeout(() => child.kill('SIGTERM'), LIMIT_MS);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ isOk: false, output: String(error) }));
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      resolve({ isOk: code === 0, output: signal ? `${output}\nended by ${signal}` : output });
    });
  });
}

/** Where AFTERGLOW_RESULTS names a folder, every step leaves its count there for summary.mjs. */
function record(name, isOk) {
  const folder = process.env.AFTERGLOW_RESULTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  const counts = { passed: isOk ? 1 : 0, failed: isOk ? 0 : 1 };
  writeFileSync(path.join(folder, `step-${name.replaceAll(' ', '-')}.json`), JSON.stringify(counts));
}

async function runStep(step) {
  const startedAt = performance.now();
  if (step.skip) {
    console.log(`skip  ${step.name.padEnd(16)} ${step.skip}`);
    return true;
  }
  const { isOk, output } = await execute(step);
  console.log(`${isOk ? 'ok  ' : 'FAIL'}  ${step.name.padEnd(16)} ${seconds(startedAt).padStart(6)} s`);
  // of thousands of lines, first those that say what failed
  if (!isOk) console.log([...new Set(output.match(/^ +● .+$/gm)), output.trimEnd(), ''].join('\n'));
  if (step.counts !== false) record(step.name, isOk);
  return isOk;
}

/** Returns the names of the steps that failed. */
export async function runSteps(steps) {
  const waiting = [...steps];
  const failed = [];
  const end = () => (isEnding = true);
  const lane = async () => {
    for (let step = waiting.shift(); step && !isEnding; step = waiting.shift()) {
      if (!(await runStep(step))) failed.push(step.name);
    }
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, end);
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  for (const signal of ENDING_SIGNALS) process.off(signal, end);
  return isEnding ? [...failed, 'all that was still to come'] : failed;
}

export function finish(title, failed) {
  if (failed.length > 0) console.log(`${title}: ${failed.join(', ')} failed`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}
