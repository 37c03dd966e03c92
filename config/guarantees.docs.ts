import type { Proof } from '../test/support/proof.js';
import { type Guarantee, GUARANTEES } from './guarantees.js';

/** Nothing bad in n tries: at 95 % the true share is below three in n. */
const RULE_OF_THREE = 3;

const INTRODUCTION = `# Guarantees

What Afterglow promises, when a promise does not hold, and what was done to break it. Each row below is a test of
\`test/faults\` or beside it that runs the real processes against a real PostgreSQL and breaks something; what was lost or handed
over twice is counted outside the system, in the ledgers of the providers. \`npm run faults\` runs the quick ones,
\`npm run faults -- --long\` all of them with larger loads, \`npm run faults -- --soak --minutes 480\` one after the other for so
long, whichever comes, and \`node config/scripts/generate-guarantees.mjs\` writes the figures of the last runs into this page. Tests
named NC break the product on purpose: the harness must see the damage.

Not promised: exactly one delivery to a person, an order among different events, the time at which a provider delivers.
`;

/** docs/guarantees.md, of the newest count of each row. */
export function renderGuarantees(proofs: readonly Proof[]): string {
  return [INTRODUCTION, ...GUARANTEES.map((guarantee) => renderOne(guarantee, proofs))].join('\n');
}

/** One count for each row, backend and suite: the newest, in the order in which the page shows them. */
export function newestOf(proofs: readonly Proof[]): Proof[] {
  const newest = new Map(proofs.map((proof) => [keyOf(proof), proof]));
  return [...newest.values()].sort((one, other) => keyOf(one).localeCompare(keyOf(other), 'en'));
}

function keyOf({ fault, title, suite, backend }: Proof): string {
  return [fault, title, suite, backend ?? ''].join('|');
}

function renderOne({ code, promise, except, faults, tests }: Guarantee, proofs: readonly Proof[]): string {
  const own = proofs.filter(({ fault }) => faults.includes(fault));
  return [
    `## ${code}`,
    '',
    promise,
    '',
    ...(except === undefined ? [] : [`*Except:* ${except}`, '']),
    ...(own.length === 0 ? [] : [...renderTable(own), '']),
    ...tests.map(([file, title]) => `- [${file}](../${file}): ${title.replaceAll('|', '\\|')}`),
    ...(tests.length === 0 ? [] : ['']),
  ].join('\n');
}

function renderTable(proofs: readonly Proof[]): string[] {
  const count = (number: (proof: Proof) => number | undefined): number =>
    proofs.reduce((sum, proof) => sum + (number(proof) ?? 0), 0);
  const cases = count((proof) => proof.cases);
  const bad = count((proof) => proof.lost + proof.doubled);
  const bound = bad === 0 ? `; at 95 % fewer than one in ${Math.floor(cases / RULE_OF_THREE)} is` : '';
  return [
    '| row | queue | suite | cases | messages | kills | stops | lost | doubled | unknown | date |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
    ...proofs.map(renderRow),
    '',
    `${cases} cases, ${count((proof) => proof.lost)} lost, ${count((proof) => proof.doubled)} doubled${bound}.`,
  ];
}

function renderRow(proof: Proof): string {
  const { title, file, backend, suite, cases, messages, kills, stops, lost, doubled, unknown, date } = proof;
  const cells = [`[${title}](../${file})`, backend, suite, cases, messages, kills, stops, lost, doubled, unknown, date];
  return `| ${cells.map((cell) => String(cell ?? '').replaceAll('|', '\\|')).join(' | ')} |`;
}
