import type { INestApplicationContext } from '@nestjs/common';
import type { Logger } from 'pino';
import { ShutdownState } from '../operations/readiness.js';

const WATCHDOG_MS = 30_000;

export interface StopOptions {
  readonly logger: Logger;
  /** Runs after the application has closed, e.g. to stop the database it used. */
  readonly afterClose?: () => Promise<void>;
  /** The process, or its stand-in under test. */
  readonly host?: Pick<NodeJS.Process, 'on' | 'exit'>;
  readonly watchdogMs?: number;
}

/**
 * SIGTERM and SIGINT: not ready any more, close the application, `afterClose`, exit 0. Exit 1 when that takes over 30 s, and at
 * once on a second signal. An error that nobody caught stops the process the same way, with exit 1; not so the end of a database
 * connection that nobody was using at that moment: whoever uses it next is told.
 */
export function stopOnSignals(app: INestApplicationContext, options: StopOptions): void {
  const { logger, host = process } = options;
  let isStopping = false;
  const stop = (reason: string, exitCode: number): void => {
    if (isStopping) {
      host.exit(1);
      return;
    }
    isStopping = true;
    logger.info({ reason }, 'stopping');
    app.get(ShutdownState, { strict: false }).isShuttingDown = true;
    const watchdog = setTimeout(() => {
      logger.error({ reason }, 'stopping took too long');
      host.exit(1);
    }, options.watchdogMs ?? WATCHDOG_MS);
    watchdog.unref();
    void close(app, options).then((isClean) => {
      clearTimeout(watchdog);
      host.exit(isClean ? exitCode : 1);
    });
  };
  host.on('SIGTERM', () => stop('SIGTERM', 0));
  host.on('SIGINT', () => stop('SIGINT', 0));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    host.on(event, (error: unknown) => {
      if (isEndOfConnection(error)) {
        logger.warn({ err: error }, 'the database ended a connection');
        return;
      }
      logger.fatal({ err: error }, 'an error that nobody caught');
      // one more of these must not cut the stop short that the first one began
      if (!isStopping) stop(event, 1);
    });
  }
}

/** PostgreSQL says FATAL when it ends one connection, e.g. at a shutdown of the server. */
function isEndOfConnection(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && error.severity === 'FATAL';
}

async function close(app: INestApplicationContext, { logger, afterClose }: StopOptions): Promise<boolean> {
  let isClean = true;
  for (const step of [() => app.close(), afterClose]) {
    try {
      await step?.();
    } catch (error) {
      isClean = false;
      logger.error({ err: error }, 'a part did not stop cleanly');
    }
  }
  return isClean;
}
