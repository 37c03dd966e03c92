import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { dataFolder, fillHistory } from './backtest-history.js';
import type { BacktestCost } from './backtest-run.js';
import { bounded, compared, type Figure } from './figures.js';
import { type Rig, withClient } from './rig.js';

export interface BacktestOptions {
  rounds: number;
  /** Folder of the tables below AFTERGLOW_DATA; made-up orders stand in where it is missing. */
  data: string;
}

const SUITE = 'backtest';
const PRESET = 'review-request';
/** However long the history; without a limit the engine lets garbage stand while there is memory. */
const HEAP_MIB = 256;
/** Targets for the full history, on one core; a short one is over before the engine has warmed up. */
const EVENTS_PER_CPU_SECOND = 20_000;
const PEAK_MIB = 500;

/** A backtest of one journey beside a bare pass over the same rows, each in a process of its own. */
export async function benchBacktest(rig: Rig, { rounds, data }: BacktestOptions): Promise<Figure[]> {
  const url = await rig.database('backtest', 'migrated');
  const shopId = randomUUID();
  await withClient(url, async (client) => {
    await client.query(
      `insert into app.shop (id, name, time_zone, currency, locale) values ($1, 'bench', 'America/Sao_Paulo', 'BRL', 'pt')`,
      [shopId],
    );
    await fillHistory(client, shopId, dataFolder(data));
  });
  const played: BacktestCost[] = [];
  const bare: BacktestCost[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await measure({ url, shopId, preset: null }));
    played.push(await measure({ url, shopId, preset: PRESET }));
  }
  const rate = ({ events, seconds }: BacktestCost): number => events / seconds;
  const candidate = `${PRESET} over ${(played[0]?.events ?? 0).toLocaleString('en')} events`;
  return [
    compared({
      suite: SUITE,
      candidate,
      what: 'events/s',
      values: played.map(rate),
      ceilings: bare.map(rate),
      atLeast: 0.3,
    }),
    bounded({
      suite: SUITE,
      candidate,
      what: 'events/CPU s',
      values: played.map(({ events, cpuSeconds }) => events / cpuSeconds),
      atLeast: EVENTS_PER_CPU_SECOND,
    }),
    bounded({
      suite: SUITE,
      candidate,
      what: 'peak MiB',
      values: played.map(({ rssMiB }) => rssMiB),
      atMost: PEAK_MIB,
    }),
  ];
}

function measure(options: object): Promise<BacktestCost> {
  const { PATH = '', HOME = '' } = process.env;
  const child = fork(path.join(import.meta.dirname, 'backtest-run.js'), {
    env: { PATH, HOME, BENCH_BACKTEST: JSON.stringify(options) },
    execArgv: [`--max-old-space-size=${HEAP_MIB}`],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', (cost) => {
      child.disconnect();
      resolve(cost as BacktestCost);
    });
    child.once('exit', (code) => reject(new Error(`The backtest ended with ${code}.`)));
  });
}
