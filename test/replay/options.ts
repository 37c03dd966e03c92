import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../support/processes.js';
import { redisObstacle } from '../support/test-redis.js';
import type { Backend } from './system.js';

const USAGE = `replay [--data FOLDER] [--json FILE] [--url URL --key KEY] [--twice] [--shuffle [SEED]] [--backend postgres|redis] [--step DURATION] [--presets all [--share K/N]]

Without arguments: once on Redis, and twice and shuffled on PostgreSQL (or both on PostgreSQL where there is no Redis). --step PT1H lets the clock stop at full hours alone,
which is faster where much falls due. --presets all installs every preset as it comes and keeps the contact rules of a new shop:
then it looks for mails that break them, and accounts for each review request and apology. The clock then stops every four hours.
--share 3/8 takes the third eighth of the customers: nothing that is judged there goes across customers, so that a long history can
be played piece by piece.`;

/** Six stops a day, three of them in the hours of the contact rules; what is compared stops at each due time. */
const USUAL_STEPS = { all: 'PT4H', compared: undefined } as const;

export interface Share {
  part: number;
  of: number;
}

export interface Plan {
  backend: Backend;
  /** The stream is sent again when it has ended: nothing may change */
  twice: boolean;
  /** Each day is shuffled */
  seed: number | undefined;
  /** Where the clock stops: at multiples of this ISO 8601 duration, or at each due time */
  step: string | undefined;
  /** The few presets that the tables have a truth for, without contact rules; or all of them, with those of a new shop */
  presets: 'compared' | 'all';
  /** Which of how many parts of the customers, from 1; all of them when undefined */
  share: Share | undefined;
  /** A system that runs already */
  target: { url: string; key: string } | undefined;
}

export interface ReplayOptions {
  folder: string;
  json: string | undefined;
  plans: Plan[];
}

export function readOptions(args: readonly string[]): ReplayOptions {
  const { data, json, ...chosen } = parseOptions(args);
  const isChosen = data !== undefined || Object.values(chosen).some((value) => value !== undefined && value !== false);
  return { folder: data ?? defaultFolder(), json, plans: isChosen ? [planOf(chosen)] : everyPlan() };
}

function parseOptions(args: readonly string[]) {
  return parseArgs({
    args: withSeed(args),
    options: {
      data: { type: 'string' },
      json: { type: 'string' },
      url: { type: 'string' },
      key: { type: 'string' },
      backend: { type: 'string' },
      twice: { type: 'boolean', default: false },
      shuffle: { type: 'string' },
      step: { type: 'string' },
      presets: { type: 'string' },
      share: { type: 'string' },
    },
  }).values;
}

function planOf({
  url,
  key,
  backend = 'postgres',
  twice,
  shuffle,
  presets = 'compared',
  step,
  share,
}: Omit<ReturnType<typeof parseOptions>, 'data' | 'json'>): Plan {
  if (backend !== 'postgres' && backend !== 'redis') throw new Error(USAGE);
  if ((url === undefined) !== (key === undefined)) throw new Error(USAGE);
  if (presets !== 'compared' && presets !== 'all') throw new Error(USAGE);
  const target = url !== undefined && key !== undefined ? { url, key } : undefined;
  return {
    backend,
    twice,
    seed: shuffle === undefined ? undefined : Number(shuffle),
    step: step ?? USUAL_STEPS[presets],
    presets,
    share: shareOf(share, presets),
    target,
  };
}

function shareOf(text: string | undefined, presets: Plan['presets']): Share | undefined {
  if (text === undefined) return undefined;
  const [, part = 0, of = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (presets !== 'all' || part < 1 || part > of) throw new Error(USAGE);
  return { part, of };
}

function everyPlan(): Plan[] {
  const obstacle = redisObstacle();
  if (obstacle) process.stderr.write(`skipped: the replay on Redis: ${obstacle}\n`);
  const usual = { presets: 'compared', share: undefined, target: undefined } as const;
  return [
    { ...usual, backend: obstacle ? 'postgres' : 'redis', twice: false, seed: undefined, step: undefined },
    // events come at the end of each day, so nothing overtakes what is done late by less than a day
    { ...usual, backend: 'postgres', twice: true, seed: newSeed(), step: 'P1D' },
  ];
}

function defaultFolder(): string {
  const data = process.env['AFTERGLOW_DATA'] ?? path.join(projectRoot(), '..', 'shared', 'data');
  return existsSync(path.join(data, 'olist_small')) ? path.join(data, 'olist_small') : data;
}

const newSeed = (): number => Math.floor(Math.random() * 2 ** 31);

/** `--shuffle` may stand without its seed, which parseArgs does not know. */
function withSeed(args: readonly string[]): string[] {
  return args.map((arg, index) => {
    if (arg !== '--shuffle') return arg;
    return /^\d+$/.test(args[index + 1] ?? '') ? arg : `--shuffle=${newSeed()}`;
  });
}
