import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { type AcceptOptions, benchAccept } from './accept.js';
import { benchBacktest, type BacktestOptions } from './backtest.js';
import { benchCost, type CostOptions } from './cost.js';
import { benchDeliver, type DeliverOptions } from './deliver.js';
import type { Figure } from './figures.js';
import { benchGate, type GateOptions } from './gate.js';
import { benchLoad, LOAD_PARTS, type LoadOptions } from './load.js';
import { Rig } from './rig.js';
import { benchTimers, type TimersOptions } from './timers.js';

const SUITES = ['accept', 'deliver', 'gate', 'timers', 'backtest', 'load', 'cost'] as const;
type Suite = (typeof SUITES)[number];

interface Sizes {
  accept: AcceptOptions;
  deliver: DeliverOptions;
  gate: GateOptions;
  timers: TimersOptions;
  backtest: BacktestOptions;
  load: LoadOptions;
  cost: CostOptions;
}

const FULL: Sizes = {
  accept: { rounds: 3, seconds: 20 },
  deliver: { rounds: 3, messages: 5_000, seconds: 20 },
  gate: { people: 1_000_000, messages: 3_000 },
  timers: { rounds: 3, few: 10_000, many: 1_000_000, claims: 50 },
  // the history takes longer to load than to play
  backtest: { rounds: 1, data: 'olist' },
  load: {
    parts: LOAD_PARTS,
    seconds: 10,
    backlog: 50_000,
    crowd: 30_000,
    minutes: 2,
    perSecond: 40,
    stopMessages: 3_000,
  },
  cost: { events: 20_000 },
};
/** Says that everything still runs; its figures mean little. */
const QUICK: Sizes = {
  accept: { rounds: 1, seconds: 2 },
  deliver: { rounds: 1, messages: 300, seconds: 2 },
  gate: { people: 20_000, messages: 300 },
  timers: { rounds: 1, few: 1_000, many: 50_000, claims: 10 },
  backtest: { rounds: 1, data: 'olist_small' },
  load: { parts: LOAD_PARTS, seconds: 1, backlog: 3_000, crowd: 500, minutes: 0.2, perSecond: 40, stopMessages: 300 },
  cost: { events: 300 },
};

function readOptions(): { suites: readonly Suite[]; sizes: Sizes; json: string | undefined } {
  const { values } = parseArgs({
    options: {
      suite: { type: 'string' },
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      // of the suite load: which of its parts, bodies that wait, waits that end at once, minutes of steady load and its orders a second
      part: { type: 'string' },
      backlog: { type: 'string' },
      crowd: { type: 'string' },
      minutes: { type: 'string' },
      rate: { type: 'string' },
      // of the suite gate: how many the shop has
      people: { type: 'string' },
      // of the suite cost: orders of each part; of the suite timers: timers that wait
      orders: { type: 'string' },
      waiting: { type: 'string' },
    },
  });
  const suites = SUITES.filter((suite) => values.suite === undefined || values.suite === suite);
  if (suites.length === 0) throw new Error(`There is no suite ${values.suite}: name one of ${SUITES.join(', ')}`);
  const { timers, load, cost, gate, ...others } = values.quick ? QUICK : FULL;
  const {
    backlog = load.backlog,
    crowd = load.crowd,
    minutes = load.minutes,
    rate = load.perSecond,
    waiting = timers.many,
    orders = cost.events,
    people = gate.people,
  } = values;
  const parts = LOAD_PARTS.filter((part) => values.part === undefined || values.part === part);
  if (parts.length === 0) throw new Error(`There is no part ${values.part}: name one of ${LOAD_PARTS.join(', ')}`);
  const sizes = {
    ...others,
    cost: { events: Number(orders) },
    gate: { ...gate, people: Number(people) },
    timers: { ...timers, many: Number(waiting) },
    load: {
      ...load,
      parts,
      backlog: Number(backlog),
      crowd: Number(crowd),
      minutes: Number(minutes),
      perSecond: Number(rate),
    },
  };
  return { suites, sizes, json: values.json };
}

async function run(rig: Rig, suite: Suite, sizes: Sizes): Promise<{ figures: Figure[]; plan?: string }> {
  process.stderr.write(`${suite} …\n`);
  switch (suite) {
    case 'accept':
      return { figures: await benchAccept(rig, sizes.accept) };
    case 'deliver':
      return { figures: await benchDeliver(rig, sizes.deliver) };
    case 'gate':
      return benchGate(rig, sizes.gate);
    case 'timers':
      return benchTimers(rig, sizes.timers);
    case 'backtest':
      return { figures: await benchBacktest(rig, sizes.backtest) };
    case 'load':
      return { figures: await benchLoad(rig, sizes.load) };
    case 'cost':
      return { figures: await benchCost(rig, sizes.cost) };
  }
}

function print(figures: readonly Figure[]): void {
  const head = ['suite', 'candidate', 'what', 'value', 'ceiling', 'ratio', 'target', ''];
  const table = new Table({ head, style: { head: [], border: [] } });
  const text = (value: number | null): string => {
    if (value === null) return '';
    return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
  };
  for (const { suite, candidate, what, value, ceiling, ratio, target, isReached } of figures) {
    const verdict = isReached === null ? '' : isReached ? 'reached' : 'not reached';
    table.push([suite, candidate, what, text(value), text(ceiling), text(ratio), target, verdict]);
  }
  process.stdout.write(`${table.toString()}\n`);
}

async function main(): Promise<void> {
  const { suites, sizes, json } = readOptions();
  const rig = await Rig.start();
  if (!rig.redis)
    process.stderr.write('redis-server is missing: only PostgreSQL is measured, delivery without its ceiling\n');
  const figures: Figure[] = [];
  let plan: string | undefined;
  try {
    for (const suite of suites) {
      const result = await run(rig, suite, sizes);
      // at once: a later suite that fails takes nothing along
      print(result.figures);
      figures.push(...result.figures);
      plan = result.plan ?? plan;
    }
  } finally {
    await rig.stop();
  }
  if (plan) process.stdout.write(`${plan}\n`);
  const machine = {
    cpus: cpus().length,
    model: cpus()[0]?.model ?? '',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    postgres: rig.postgresVersion,
    redis: rig.redis?.version ?? null,
  };
  if (json) writeFileSync(json, `${JSON.stringify({ machine, figures, plan }, null, 2)}\n`);
}

// what was started is ended when the process exits
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
await main();
