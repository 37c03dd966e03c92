import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DynamicModule, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ClockPort, EnsureFirstShop, VirtualClockPort } from '#app/application';
import { AfterglowError, type Instant, PermanentError } from '#app/domain';
import { prepareDatabase, type PreparedDatabase } from '#app/persistence';
import { type Config, createHttpApp, createLogger, loadConfig, type LoadConfigOptions, stopOnSignals } from '#app/platform';
import { DEFAULT_PREFIX, prepareQueue, type QueueSettings } from '#app/queue';
import { InfrastructureModule } from './infrastructure.module.js';

export interface ProcessOptions {
  /** Name in logs and beside database connections. */
  readonly name: string;
  /** The app's own module. */
  readonly module: Type;
  /** What the app adds to the HTTP server beside its module, before it listens. */
  readonly configure?: (app: NestFastifyApplication) => Promise<void>;
  /** Starts a database where DATABASE_URL names none; returns its owner's connection. */
  readonly startDatabase?: (config: Config) => Promise<string>;
  readonly configOptions?: LoadConfigOptions;
  /** Print the owner's key that the first start makes. */
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
 * Boots one process: settings, database and queue made ready, modules put together, first shop ensured, HTTP listening, signals
 * handled. A fault before that is printed as a sentence and ends the process with 1.
 */
export async function startProcess(options: ProcessOptions): Promise<StartedProcess> {
  try {
    return await boot(options);
  } catch (error) {
    if (error instanceof AfterglowError) console.error(`\n${error.message}\n`);
    else console.error(error);
    await options.afterClose?.().catch(() => undefined);
    process.exit(1);
  }
}

async function boot(options: ProcessOptions): Promise<StartedProcess> {
  const config = loadConfig(process.env, options.configOptions);
  const logger = createLogger(config.logLevel);
  const ownerUrl = await ownerUrlOf(options, config);
  const database = await prepareDatabase({ ownerUrl, secretKey: config.secretKey });
  const queue = queueSettings(config, database);
  await prepareQueue(queue, ownerUrl);
  const app = await createHttpApp(rootModule(options, config, database, queue), { logger });
  await setClock(app.get(VirtualClockPort), config);
  stopOnSignals(app, { logger, ...(options.afterClose ? { afterClose: options.afterClose } : {}) });
  await options.configure?.(app);
  await app.listen(config.http.port, config.http.host);
  // last of all: a key that is made must also be shown
  const { ownerKey } = await app.get(EnsureFirstShop).run({
    bootstrapKey: config.bootstrapApiKey,
    withOwnerKey: options.withOwnerKey ?? false,
  });
  logger.info({ url: await app.getUrl() }, `afterglow ${options.name} runs`);
  return { config, url: (await app.getUrl()).replace('[::1]', 'localhost'), now: await app.get(ClockPort).now(), ownerKey };
}

async function ownerUrlOf({ startDatabase }: ProcessOptions, config: Config): Promise<string> {
  const url = config.database.url ?? (await startDatabase?.(config));
  if (url === undefined) throw new PermanentError('configuration', 'DATABASE_URL is missing: name the PostgreSQL that all processes share.');
  return url;
}

function rootModule(options: ProcessOptions, config: Config, database: PreparedDatabase, queue: QueueSettings): DynamicModule {
  class ProcessModule {}
  return {
    module: ProcessModule,
    imports: [
      InfrastructureModule.forRoot({ config, processName: options.name, appUrl: database.appUrl, queue, presetsFolder: presetsFolder() }),
      options.module,
    ],
  };
}

function queueSettings(config: Config, database: PreparedDatabase): QueueSettings {
  const { redisUrl } = config.queue;
  return redisUrl === undefined
    ? { backend: 'postgres', url: database.queueUrl, prefix: DEFAULT_PREFIX }
    : { backend: 'redis', url: redisUrl, prefix: DEFAULT_PREFIX };
}

/** The virtual clock keeps its stored instant over a restart; a real clock forgets it. */
async function setClock(clock: VirtualClockPort, { clock: settings }: Config): Promise<void> {
  if (settings.mode === 'real') return clock.clear();
  if ((await clock.read()) !== null) return;
  await clock.set(settings.start ?? (await clock.wallTime()));
}

/** Presets are files of the installation, beside the package.json that the compiled code runs under. */
function presetsFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  return path.join(folder, 'config', 'presets', 'journeys');
}
