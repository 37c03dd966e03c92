import { jest } from '@jest/globals';
import { isLong } from '../support/proof.js';
import { expectKept } from './report.js';
import { FaultRig } from './rig.js';

jest.setTimeout(isLong ? 2 * 3_600_000 : 900_000);
const POSTGRES = { kind: 'postgres', redisUrl: () => undefined } as const;
const MAX_STOP_MS = 60_000;
const ROUNDS = isLong ? 20 : 1;
const ANSWERS = isLong ? 100 : 1;
const ORDERS = 4;

/**
 * Where a process dies: the state in which the rows that it held must be found, how often the provider has had one of them, and
 * how often at most any.
 */
const POINTS: readonly (readonly [point: string, state: string, mustBe: readonly number[], most: number])[] = [
  ['after-claim', 'claimed', [0], 0],
  ['before-handing', 'claimed', [0], 0],
  ['after-handing', 'handing', [0], 0],
  ['while-sending', 'handing', [0, 1], 1],
  ['after-answer', 'handing', [1], 1],
  ['before-sent', 'handing', [1], 1],
  ['after-sent', 'none', [], 1],
];

describe('a process that dies at the worst moment', () => {
  let rig: FaultRig;

  beforeAll(async () => {
    rig = await FaultRig.start(POSTGRES, { ingest: 2, worker: 1 });
  });
  afterAll(() => rig?.stop());

  it('F02: between storing a webhook and answering it, is asked again and stores nothing twice', async () => {
    await rig.stopAll('ingest', MAX_STOP_MS);
    for (let round = 0; round < ANSWERS; round += 1) {
      for (const point of ['before-ack', 'after-ack']) {
        const victim = rig.startInjured('ingest', `die:${point}`);
        await rig.startAgain();
        await victim.untilReady();
        while (!victim.hasEnded) await rig.send(1, 10);
        await rig.untilDead(victim);
      }
    }
    await rig.startAgain();
    expectKept('F02', rig, await rig.judge());
  });

  it('F09: at each point of the hand-over of either medium, leaves what is known there to be true', async () => {
    await rig.stopAll('worker', MAX_STOP_MS);
    let doubts = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [point, state, mustBe, most] of POINTS) {
        for (const medium of ['email', 'sms'] as const) {
          await rig.send(ORDERS, 50);
          await rig.untilDead(rig.startInjured('worker', `die:${point}:${medium}`));
          const inHand = await rig.oracle.inHand();
          doubts += inHand.filter((message) => message.state === 'handing').length;
          const own = inHand.filter((message) => message.medium === medium && message.state === state);
          const handed = new Set(own.map((message) => message.handed));
          expect({ point, medium, found: own.length > 0 || state === 'none' }).toEqual({ point, medium, found: true });
          // others of the same batch may stand elsewhere on their way
          expect(mustBe.length === 0 || mustBe.some((count) => handed.has(count))).toBe(true);
          expect([...handed].filter((count) => count > most)).toEqual([]);
          await rig.oracle.endLeases();
          await rig.oracle.reap();
        }
      }
    }
    await rig.startAgain();
    const outcome = await rig.judge();
    expectKept('F09', rig, outcome);
    expect(outcome.unknown).toBe(doubts);
  });
});
