import { setTimeout as sleep } from 'node:timers/promises';
import { TransientError } from '#app/domain';
import type { Logger } from 'pino';

const ASK_EVERY_MS = 1_000;

/** What PostgreSQL has against us for good: the password, the role, the name of the database. */
const REFUSAL = /^(28|3D)/;

/**
 * Does again what failed because PostgreSQL was away or too busy; it must do no harm when it is done twice.
 * @throws what it says after this time, and at once what no waiting mends
 */
export async function onceItAnswers<T>(work: () => Promise<T>, patienceMs: number, logger: Logger): Promise<T> {
  const endMs = performance.now() + patienceMs;
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isAway(error) || performance.now() > endMs) throw error;
      if (tries === 1) logger.warn({ err: error }, 'PostgreSQL is away; waiting for it');
      await sleep(ASK_EVERY_MS);
    }
  }
}

function isAway(error: unknown): boolean {
  if (!(error instanceof TransientError) || error.code !== 'unavailable') return false;
  const { code = '' } = (error.cause ?? {}) as { code?: string };
  return !REFUSAL.test(code);
}
