import { writeFileSync } from 'node:fs';
import { compareFigures, compareOrders, compareReadings, compute, type Difference, expectedOrders } from './compare.js';
import { Drive } from './drive.js';
import { type Plan, readOptions } from './options.js';
import { buildData, readTable, readTables, type ReplayData } from './orders.js';
import { startProgress } from './progress.js';
import { printReport, readTruth, type Report } from './report.js';
import { buildDays, type Day, startOfStream } from './stream.js';
import { startSystem } from './system.js';

interface Input {
  folder: string;
  data: ReplayData;
  days: Day[];
}

function titleOf({ backend, twice, seed, step, target }: Plan): string {
  const where = target ? target.url : backend;
  return [
    where,
    ...(twice ? ['twice'] : []),
    ...(seed === undefined ? [] : [`shuffled, seed ${seed}`]),
    ...(step ? [`stops each ${step}`] : []),
  ].join(', ');
}

async function replay(plan: Plan, input: Input): Promise<Report> {
  const system = plan.target ? null : await startSystem(plan.backend, startOfStream(input.days));
  const { url, key } = plan.target ?? system ?? {};
  if (url === undefined || key === undefined) throw new Error('There is no Redis: start one, or install redis-server.');
  const client = Drive.connect(url, key);
  try {
    return await drive(plan, input, client);
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
  await drive.setUp();
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

async function main(): Promise<void> {
  const { folder, json, plans } = readOptions(process.argv.slice(2));
  const tables = readTables(folder);
  if (!tables) {
    process.stdout.write('skipped: no data\n');
    return;
  }
  const data = buildData(tables);
  const input = { folder, data, days: buildDays(data) };
  const reports: Report[] = [];
  for (const plan of plans) {
    const report = await replay(plan, input);
    printReport(report);
    reports.push(report);
  }
  if (json) writeFileSync(json, `${JSON.stringify(reports.length === 1 ? reports[0] : reports, null, 2)}\n`);
  if (reports.some(({ differences }) => differences.length > 0)) process.exitCode = 1;
}

// what was started is ended when the process exits
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
await main();
