import { writeFileSync } from 'node:fs';
import { DEFAULT_CONTACT_RULES } from '#app/domain';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import { compareFigures, compareOrders, compareReadings, compute, type Difference, expectedOrders } from './compare.js';
import { judgePresets, type PresetsReport, presetsThatShip } from './all-presets.js';
import { COMPARED_PRESETS, Drive } from './drive.js';
import { type Plan, readOptions } from './options.js';
import { buildData, readTable, readTables, type ReplayData, shareOfData } from './orders.js';
import { startProgress } from './progress.js';
import { printPresets } from './presets-report.js';
import { printReport, readTruth, type Report } from './report.js';
import { buildDays, type Day, startOfStream } from './stream.js';
import { startSystem } from './system.js';
import { truthOf } from './truth.js';

interface Input {
  folder: string;
  data: ReplayData;
  days: Day[];
}

function titleOf({ backend, twice, seed, step, share, target }: Plan): string {
  const where = target ? target.url : backend;
  return [
    where,
    ...(twice ? ['twice'] : []),
    ...(seed === undefined ? [] : [`shuffled, seed ${seed}`]),
    ...(step ? [`stops each ${step}`] : []),
    ...(share ? [`part ${share.part} of ${share.of}`] : []),
  ].join(', ');
}

type Outcome = Report | PresetsReport;

async function replay(plan: Plan, input: Input): Promise<Outcome> {
  const system = plan.target ? null : await startSystem(plan.backend, startOfStream(input.days));
  const { url, key } = plan.target ?? system ?? {};
  if (url === undefined || key === undefined) throw new Error('There is no Redis: start one, or install redis-server.');
  const client = Drive.connect(url, key);
  try {
    return await (plan.presets === 'all' ? driveAll : drive)(plan, input, client);
  } catch (error) {
    if (system) process.stderr.write(`${system.tail()}\n`);
    throw error;
  } finally {
    client.close();
    await system?.stop();
  }
}

async function drive(plan: Plan, input: Input, client: ReturnType<typeof Drive.connect>): Promise<Report> {
  const { data, days, folder } = input;
  const title = titleOf(plan);
  const names = new Map(data.orders.map((order) => [String(order.id), order.name]));
  const drive = new Drive(client, days, names, plan.step);
  const startedAt = performance.now();
  await drive.setUp(COMPARED_PRESETS, NO_CONTACT_RULES);
  const postings = days.reduce((sum, day) => sum + day.postings.length, 0);
  const progress = startProgress(title, postings * (plan.twice ? 2 : 1));
  const differences: Difference[] = [];
  try {
    await drive.play(progress, plan.seed);
    let reading = await drive.read();
    if (plan.twice) {
      const before = reading.messages;
      await drive.playAgain(progress, plan.seed === undefined ? undefined : plan.seed + 1);
      reading = await drive.read();
      differences.push(...compareReadings(before, reading.messages));
    }
    const seconds = (performance.now() - startedAt) / 1000;
    const computed = compute(reading.messages, reading.scores, data.orders);
    const rows = readTable(folder, 'expected_events');
    const expected = readTruth(folder);
    if (expected) differences.push(...compareFigures(expected, computed));
    if (rows) differences.push(...compareOrders(expectedOrders(rows), reading.messages));
    return { title, computed, expected, differences, webhooks: drive.timing.webhooks, seconds, timing: drive.timing };
  } finally {
    progress.end();
  }
}

/** Every preset as it comes, under the contact rules of a new shop. */
async function driveAll(plan: Plan, input: Input, client: ReturnType<typeof Drive.connect>): Promise<PresetsReport> {
  const { data, days } = input;
  const title = `all presets, ${titleOf(plan)}`;
  const drive = new Drive(client, days, new Map(), plan.step);
  const startedAt = performance.now();
  const chosen = await presetsThatShip(client);
  await drive.setUp(chosen, DEFAULT_CONTACT_RULES);
  const progress = startProgress(
    title,
    days.reduce((sum, day) => sum + day.postings.length, 0),
  );
  try {
    await drive.play(progress, plan.seed);
    const judged = await judgePresets(client, data, truthOf(data.orders));
    const seconds = (performance.now() - startedAt) / 1000;
    return { title, presets: Object.keys(chosen), ...judged, seconds };
  } finally {
    progress.end();
  }
}

function report(outcome: Outcome): void {
  if ('breaches' in outcome) printPresets(outcome);
  else printReport(outcome);
}

function hasFault(outcome: Outcome): boolean {
  if ('differences' in outcome) return outcome.differences.length > 0;
  return outcome.breaches.length > 0 || outcome.accounts.some(({ faults }) => faults.length > 0);
}

async function main(): Promise<void> {
  const { folder, json, plans } = readOptions(process.argv.slice(2));
  const tables = readTables(folder);
  if (!tables) {
    process.stdout.write('skipped: no data\n');
    return;
  }
  const data = buildData(tables);
  const outcomes: Outcome[] = [];
  for (const plan of plans) {
    const played = plan.share ? shareOfData(data, plan.share.part, plan.share.of) : data;
    const outcome = await replay(plan, { folder, data: played, days: buildDays(played) });
    report(outcome);
    outcomes.push(outcome);
  }
  if (json) writeFileSync(json, `${JSON.stringify(outcomes.length === 1 ? outcomes[0] : outcomes, null, 2)}\n`);
  if (outcomes.some(hasFault)) process.exitCode = 1;
}

// what was started is ended when the process exits
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
await main();
