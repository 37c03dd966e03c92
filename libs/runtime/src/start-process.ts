import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ClockPort, EnsureFirstShop, VirtualClockPort } from '#app/application';
import type { Instant } from '#app/domain';
import { type Config, createHttpApp, MetricsListener, stopOnSignals } from '#app/platform';
import { endWithSentence } from './end-with-sentence.js';
import { onceItAnswers } from './once-it-answers.js';
import { watchEventLoop } from './watchdog/watch-event-loop.js';
import { prepareProcess, type PrepareOptions } from './prepare-process.js';

/** A database that starts beside us, or is being brought back; then the process ends, and whoever watches it starts it again. */
const DATABASE_PATIENCE_MS = 60_000;

export interface ProcessOptions extends PrepareOptions {
  /** What the app adds to the HTTP server beside its module, before it listens. */
  readonly configure?: (app: NestFastifyApplication) => Promise<void>;
  /** Make an owner's key at the first start. */
  readonly withOwnerKey?: boolean;
  /** After everything of this process has closed. */
  readonly afterClose?: () => Promise<void>;
}

export interface StartedProcess {
  readonly config: Config;
  readonly url: string;
  /** Business time at the start. */
  readonly now: Instant;
  /** Made by this start; shown once. */
  readonly ownerKey: string | null;
}

/**
 * Boots one process: settings, database and queue made ready, modules put together, HTTP listening, first shop ensured, signals
 * handled. A fault before that is printed as a sentence and ends the process with 1.
 */
export async function startProcess(options: ProcessOptions): Promise<StartedProcess> {
  try {
    return await boot(options);
  } catch (error) {
    return endWithSentence(error, options.afterClose);
  }
}

async function boot(options: ProcessOptions): Promise<StartedProcess> {
  const { config, logger, root } = await prepareProcess({ patienceMs: DATABASE_PATIENCE_MS, ...options });
  watchEventLoop();
  const app = await createHttpApp(root, { logger, trustedProxies: config.http.trustedProxies });
  const firstShop = app.get(EnsureFirstShop);
  // it answered a moment ago, and may be away again or have no room for one more connection
  const open = async (): Promise<void> => {
    await setClock(app.get(VirtualClockPort), config);
    await firstShop.run({ bootstrapKey: config.bootstrapApiKey, withOwnerKey: false });
  };
  stopOnSignals(app, { logger, ...(options.afterClose ? { afterClose: options.afterClose } : {}) });
  await onceItAnswers(open, DATABASE_PATIENCE_MS, logger);
  await options.configure?.(app);
  await app.listen(config.http.port, config.http.host);
  const metricsUrl = await app.get(MetricsListener, { strict: false }).start();
  // after all that may fail: a key that is made must also be shown
  const ownerKey = options.withOwnerKey ? (await firstShop.run({ withOwnerKey: true })).ownerKey : null;
  const url = await app.getUrl();
  logger.info({ url, metricsUrl }, `afterglow ${options.name} runs`);
  const now = await onceItAnswers(() => app.get(ClockPort).now(), DATABASE_PATIENCE_MS, logger);
  return { config, url, now, ownerKey };
}

/** The virtual clock keeps its stored instant over a restart; a real clock forgets it. */
async function setClock(clock: VirtualClockPort, { clock: settings }: Config): Promise<void> {
  if (settings.mode === 'real') return clock.clear();
  if ((await clock.read()) !== null) return;
  await clock.set(settings.start ?? (await clock.wallTime()));
}
