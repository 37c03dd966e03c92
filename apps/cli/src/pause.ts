import type { INestApplicationContext } from '@nestjs/common';
import {
  ChangeJourneyState,
  EnsureFirstShop,
  ListShops,
  OperateShop,
  type PauseScope,
  type ResumeOptions,
  type ResumedJourney,
  ResumeJourney,
  ResumeShop,
} from '#app/application';
import { PermanentError } from '#app/domain';
import Table from 'cli-table3';

export interface PauseOptions {
  readonly all: boolean;
  /** Of the shop: everything, or all but what comes in. */
  readonly scope?: PauseScope;
}

export interface ResumeFlags extends Partial<ResumeOptions> {
  readonly all: boolean;
  readonly preview: boolean;
}

/** Pauses a journey of the first shop, or all shops. */
export async function pause(
  context: INestApplicationContext,
  key: string | undefined,
  { all, scope }: PauseOptions,
): Promise<void> {
  const journey = journeyOf('pause', key, all);
  if (journey !== null && scope !== undefined) throw onlyFor('--scope', 'everything: pause --all --scope journeys');
  if (journey === null) {
    for (const shopId of await allShops(context)) {
      const since = await context.get(OperateShop).pause(shopId, scope ?? 'all');
      console.log(`${scope === 'journeys' ? 'All journeys of shop' : 'Shop'} ${shopId} paused since ${since}.`);
    }
    return;
  }
  const { state } = await context.get(ChangeJourneyState).pause(await firstShop(context), journey);
  console.log(`${journey} is ${state}.`);
}

/** Ends a pause; `preview` shows what fell due in it and changes nothing. */
export async function resume(
  context: INestApplicationContext,
  key: string | undefined,
  { all, preview, ...chosen }: ResumeFlags,
): Promise<void> {
  const journey = journeyOf('resume', key, all);
  if (journey === null && preview) throw onlyFor('--preview', 'one journey that is paused: resume <journey> --preview');
  const { overdue = 'run', messages = 'send' } = chosen;
  if (journey === null) {
    for (const shopId of await allShops(context)) {
      if (overdue === 'run' && messages === 'send') await context.get(OperateShop).resume(shopId);
      else (await context.get(ResumeShop).run(shopId, { overdue, messages })).forEach(printResumed);
      console.log(`Shop ${shopId} runs.`);
    }
    return;
  }
  const shopId = await firstShop(context);
  const resumption = context.get(ResumeJourney);
  if (preview) return printPreview(await resumption.preview(shopId, journey));
  printResumed(await resumption.run(shopId, journey, { overdue, messages }));
}

function printResumed({ key, state, shifted, exited, skippedMessages }: ResumedJourney): void {
  console.log(
    `${key} is ${state}. Runs that wait longer: ${shifted}, that ended: ${exited}; messages skipped: ${skippedMessages}.`,
  );
}

/** Null: all shops, whole. */
function journeyOf(command: string, key: string | undefined, all: boolean): string | null {
  if (all === (key === undefined)) return key ?? null;
  throw new PermanentError(
    'validation',
    all
      ? `A journey or --all, not both; write ${command} ${key} or ${command} --all.`
      : `Which one? Write ${command} <journey>, or ${command} --all for all shops.`,
  );
}

function onlyFor(flag: string, what: string): PermanentError {
  return new PermanentError('validation', `${flag} is for ${what}.`);
}

/** Those of the whole installation: a restore holds the journeys of all of them. */
async function allShops(context: INestApplicationContext): Promise<readonly string[]> {
  await firstShop(context);
  return context.get(ListShops).run();
}

async function firstShop(context: INestApplicationContext): Promise<string> {
  return (await context.get(EnsureFirstShop).run({ withOwnerKey: false })).shopId;
}

function printPreview({ key, pausedSince, overdue }: Awaited<ReturnType<ResumeJourney['preview']>>): void {
  if (pausedSince === null) {
    console.log(`${key} is not paused.`);
    return;
  }
  console.log(`${key} paused since ${pausedSince}. What fell due:`);
  const table = new Table({ head: ['step', 'runs', 'messages', 'too late'], style: { head: [], border: [] } });
  for (const { step, runs, messages, expired } of overdue) table.push([step, runs, messages, expired]);
  console.log(overdue.length > 0 ? table.toString() : 'nothing');
}
