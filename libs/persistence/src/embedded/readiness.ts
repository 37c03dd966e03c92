import { setTimeout as sleep } from 'node:timers/promises';
import { readPidFile, type PidFile } from './pid-file.js';
import { withSuperuser, type ServerAddress } from './superuser-client.js';

const PATIENCE_MS = 60_000;
const FIRST_NEWS_MS = 2_000;
const NEWS_EVERY_MS = 5_000;

/** invalid_password, invalid_authorization_specification: waiting doesn't help. */
const REFUSALS = new Set(['28P01', '28000']);

export interface ReadinessWatch {
  readonly directory: string;
  readonly address: ServerAddress;
  readonly isAlive: () => boolean | Promise<boolean>;
  readonly log: (line: string) => void;
}

/** The server lives and recovers, but did not finish in time. It is left running, so that the next start finds it. */
export class StillRecoveringError extends Error {
  constructor(directory: string) {
    super(
      `PostgreSQL has not finished its recovery in ${directory} after ${PATIENCE_MS / 1000} s. ` +
        'It goes on by itself: start again in a minute.',
    );
  }
}

async function answers({ address, directory }: ReadinessWatch): Promise<boolean> {
  try {
    await withSuperuser(address, (client) => client.query('select 1'));
    return true;
  } catch (error) {
    if (!REFUSALS.has((error as { code?: string }).code ?? '')) return false;
    throw new Error(
      `PostgreSQL in ${directory} refuses the password in postgres.json. Put back the postgres.json that belongs to it.`,
      { cause: error },
    );
  }
}

function activityOf(file: PidFile | undefined): string {
  if (file?.status === 'starting') return 'is recovering after a hard stop';
  return file?.status === 'stopping' ? 'is still stopping' : 'does not answer yet';
}

function tooLate(directory: string, file: PidFile | undefined): Error {
  if (file?.status === 'starting') return new StillRecoveringError(directory);
  return new Error(
    `PostgreSQL (process ${file?.pid ?? 'unknown'}) in ${directory} has not answered for ${PATIENCE_MS / 1000} s. ` +
      'End that process, then start again.',
  );
}

/**
 * Waits until the server takes connections: first by the status it writes to its pid file (asking while it recovers
 * would only be refused, 57P03), then by a query.
 */
export async function waitUntilReady(watch: ReadinessWatch): Promise<'ready' | 'exited'> {
  const startedAt = performance.now();
  let nextNewsMs = FIRST_NEWS_MS;
  let pauseMs = 20;
  for (;;) {
    if (!(await watch.isAlive())) return 'exited';
    const file = await readPidFile(watch.directory);
    if (file?.status === 'ready' && file.port === watch.address.port && (await answers(watch))) return 'ready';
    const waitedMs = performance.now() - startedAt;
    if (waitedMs > PATIENCE_MS) throw tooLate(watch.directory, file);
    if (waitedMs > nextNewsMs) {
      watch.log(`PostgreSQL ${activityOf(file)} (${Math.round(waitedMs / 1000)} s)`);
      nextNewsMs += NEWS_EVERY_MS;
    }
    await sleep(pauseMs);
    pauseMs = Math.min(pauseMs * 1.3, 250);
  }
}
