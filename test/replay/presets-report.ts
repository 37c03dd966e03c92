import Table from 'cli-table3';
import type { PresetsReport } from './all-presets.js';
import { RULE_NAMES } from './contacts.js';

const SHOWN = 10;
const PLAIN = { head: [], border: [] };

export function printPresets({ title, presets, messages, accounts, breaches, seconds }: PresetsReport): void {
  const out: string[] = [];
  const sent = new Table({ head: [title, 'sent', 'else'], style: PLAIN });
  for (const journey of presets) sent.push([journey, ...splitSent(messages[journey] ?? {})]);
  out.push(sent.toString());
  for (const { journey, truth, outcomes, faults } of accounts) {
    const table = new Table({ head: [`${journey}: truth`, String(truth)], style: PLAIN });
    for (const [outcome, n] of sorted(outcomes)) table.push([outcome, n]);
    table.push(['together', sorted(outcomes).reduce((sum, [, n]) => sum + n, 0)]);
    out.push(table.toString(), ...faults.slice(0, SHOWN), `${faults.length} unexplained`);
  }
  const rules = new Table({ head: ['rule', 'broken', 'the first'], style: PLAIN });
  for (const rule of RULE_NAMES) {
    const found = breaches.filter((breach) => breach.rule === rule);
    rules.push([rule, found.length, found[0]?.what ?? '']);
  }
  out.push(rules.toString(), `${seconds.toFixed(1)} s in all`);
  process.stdout.write(`${out.join('\n')}\n`);
}

function splitSent({ sent = 0, ...others }: Record<string, number>): [number, string] {
  return [
    sent,
    sorted(others)
      .map(([outcome, n]) => `${n} ${outcome}`)
      .join(', '),
  ];
}

const sorted = (counts: Record<string, number>): [string, number][] =>
  Object.entries(counts).toSorted(([, a], [, b]) => b - a);
