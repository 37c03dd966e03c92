import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Table from 'cli-table3';
import { type Computed, type Difference, type Figures, pseudoNps } from './compare.js';
import type { Timing } from './drive.js';

const DIFFERENCES_SHOWN = 20;

export interface Report {
  title: string;
  computed: Computed;
  expected: Figures | null;
  differences: Difference[];
  webhooks: number;
  seconds: number;
  timing: Timing;
}

interface Truth {
  journey: {
    a_review_request_3_days_after_delivery: { count_total: number };
    b_delay_apology: { count_total: number };
    c_repeat_purchase_thank_you: { count_total: number };
    d_survey_scores: { overall: { n: number; histogram: Record<string, number>; csat_pct: number } };
  };
}

/** What a folder with a truth.json says must come out; null without one. */
export function readTruth(folder: string): Figures | null {
  const file = path.join(folder, 'truth.json');
  if (!existsSync(file)) return null;
  const { journey } = JSON.parse(readFileSync(file, 'utf8')) as Truth;
  const { n, histogram, csat_pct: csat } = journey.d_survey_scores.overall;
  return {
    reviewRequests: journey.a_review_request_3_days_after_delivery.count_total,
    delayApologies: journey.b_delay_apology.count_total,
    repeatThankYous: journey.c_repeat_purchase_thank_you.count_total,
    answers: n,
    csat,
    pseudoNps: pseudoNps({ n, csat, counts: histogram }),
  };
}

const LABELS: readonly (readonly [keyof Figures, string])[] = [
  ['reviewRequests', 'review requests'],
  ['delayApologies', 'delay apologies'],
  ['repeatThankYous', 'repeat thank-yous'],
  ['answers', 'answers'],
  ['csat', 'CSAT, %'],
  ['pseudoNps', 'pseudo-NPS'],
];

export function printReport({ title, computed, expected, differences, timing, seconds }: Report): void {
  const table = new Table({ head: [title, 'computed', 'expected'], style: { head: [], border: [] } });
  const text = (value: number | null | undefined): string => {
    if (value === null || value === undefined) return '';
    return Number.isInteger(value) ? String(value) : value.toFixed(2);
  };
  for (const [key, label] of LABELS) table.push([label, text(computed[key]), text(expected?.[key])]);
  process.stdout.write(`${table.toString()}\n`);
  printTiming(timing, seconds);
  printDifferences(differences);
}

function printTiming(timing: Timing, seconds: number): void {
  const calls = timing.webhooks + timing.answers;
  process.stdout.write(
    `${timing.webhooks} webhooks and ${timing.answers} answers in ${timing.postSeconds.toFixed(1)} s ` +
      `(${Math.round(calls / timing.postSeconds)} a second), ${timing.advances} advances in ` +
      `${timing.advanceSeconds.toFixed(1)} s, ${seconds.toFixed(1)} s in all\n`,
  );
}

function printDifferences(differences: Difference[]): void {
  if (differences.length === 0) return;
  const table = new Table({ head: ['order', 'what', 'expected', 'seen'], style: { head: [], border: [] } });
  for (const { order, what, expected, seen } of differences.slice(0, DIFFERENCES_SHOWN)) {
    table.push([order, what, expected, seen]);
  }
  process.stdout.write(`${table.toString()}\n${differences.length} differences\n`);
}
