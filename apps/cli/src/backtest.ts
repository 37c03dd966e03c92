import { writeFileSync } from 'node:fs';
import type { INestApplicationContext } from '@nestjs/common';
import { type BacktestProgress, type BacktestReport, EnsureFirstShop, RunBacktest } from '#app/application';
import { type Instant, minorDigits, PermanentError, toInstant } from '#app/domain';
import cliProgress from 'cli-progress';
import Table from 'cli-table3';

export interface BacktestOptions {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly version?: string;
  readonly against?: string;
  readonly smsPrice?: string;
  /** File that takes the whole report. */
  readonly json?: string;
}

/** Prints what a journey of the first shop would have sent. Ctrl-C ends it; nothing is stored either way. */
export async function backtest(context: INestApplicationContext, options: BacktestOptions): Promise<void> {
  const { shopId } = await context.get(EnsureFirstShop).run({ withOwnerKey: false });
  const request = {
    key: options.key,
    from: timeOf('from', options.from),
    to: timeOf('to', options.to),
    version: numberOf('version', options.version),
    against: numberOf('against', options.against),
    smsPrice: priceOf(options.smsPrice),
  };
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal);
  const bar = startBar();
  try {
    const report = await context.get(RunBacktest).run(shopId, request, { onProgress: bar.show, signal: stop.signal });
    bar.end();
    print(report);
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  } finally {
    bar.end();
    process.off('SIGINT', onSignal);
  }
}

function timeOf(name: string, text: string): Instant {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  try {
    return toInstant(isDay ? `${text}T00:00:00.000Z` : text);
  } catch {
    throw new PermanentError(
      'validation',
      `--${name} ${text} is no time; write e.g. 2026-01-31 or 2026-01-31T09:30:00Z.`,
    );
  }
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new PermanentError('validation', `--${name} ${text} is no version; write its number.`);
}

function priceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,3}(\.\d{1,6})?$/.test(text)) return Number(text);
  throw new PermanentError('validation', `--sms-price ${text} is no price; write e.g. 0.075.`);
}

/** On stderr, and on a terminal only: what is read by a script stays clean. */
function startBar(): { show: (progress: BacktestProgress) => void; end: () => void } {
  if (!process.stderr.isTTY) return { show: () => undefined, end: () => undefined };
  const bar = new cliProgress.SingleBar({
    format: 'backtest {bar} {percentage} % | {value}/{total} people | {events} events',
    stream: process.stderr,
    hideCursor: true,
  });
  bar.start(0, 0, { events: 0 });
  return {
    show: ({ people, of, events }) => {
      bar.setTotal(of);
      bar.update(people, { events: count(events) });
    },
    end: () => bar.stop(),
  };
}

function print(report: BacktestReport): void {
  const { journey, version, from, to, events, entered, carried, people, messages, sms, diff, collisions } = report;
  console.log(`${journey}, version ${version}, from ${from} to ${to}`);
  console.log(
    `${count(events)} events, ${count(entered)} entries of ${count(people)} people, ${count(carried)} runs already under way`,
  );
  console.log(
    `${count(messages.wouldSend)} messages (${listOf(messages.byMedium)}), ${count(report.heldOut)} held out`,
  );
  if (sms.messages > 0) console.log(`${count(sms.messages)} SMS in ${count(sms.segments)} parts${costText(sms.cost)}`);
  console.log(`kept back: ${listOf(report.suppressed)}`);
  printContact(report.contact);
  console.log(
    `on a day with a message of another journey: ${count(collisions.messages)} (${listOf(collisions.byJourney)})`,
  );
  const difference = `${count(diff.both)} in both (${count(diff.retimed)} at another time)`;
  console.log(
    `beside ${diff.against}: ${difference}, ${count(diff.onlyBacktest)} here only, ${count(diff.onlyOther)} there only`,
  );
  const head = ['step', 'entered', 'sent', 'passed', 'held out', 'skipped', 'failed', 'waiting', 'exited'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const step of report.funnel) {
    const counts = [step.entered, step.sent, step.passed, step.heldOut].map(count);
    table.push([step.step, ...counts, ...[step.skipped, step.failed, step.waiting, step.exited].map(listOf)]);
  }
  console.log(table.toString());
}

function printContact({ putOff, waiting, heldByOthers }: BacktestReport['contact']): void {
  if (putOff.messages === 0 && heldByOthers.messages === 0) return;
  const later = `${count(putOff.sentLater)} sent ${putOff.meanHours} hours later on average, ${putOff.longestHours} at most`;
  console.log(`put off by contact rules: ${count(putOff.messages)} (${listOf(putOff.byRule)}); ${later}`);
  if (Object.keys(waiting).length > 0) console.log(`still put off at the end: ${listOf(waiting)}`);
  if (heldByOthers.messages === 0) return;
  console.log(
    `put off or kept back because of other journeys: ${count(heldByOthers.messages)} messages to ${count(heldByOthers.people)} people (${listOf(heldByOthers.byJourney)})`,
  );
}

function costText(cost: BacktestReport['sms']['cost']): string {
  return cost
    ? `, ${(cost.amount / 10 ** minorDigits(cost.currency)).toFixed(minorDigits(cost.currency))} ${cost.currency}`
    : '';
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function listOf(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([name, value]) => `${name} ${count(value)}`);
  return parts.length === 0 ? '-' : parts.join(', ');
}
