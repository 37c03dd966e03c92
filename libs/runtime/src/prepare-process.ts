import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DynamicModule, Type } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { prepareDatabase, type PreparedDatabase } from '#app/persistence';
import { type Config, createLogger, loadConfig, type LoadConfigOptions, SecretKeyring } from '#app/platform';
import { prepareQueue, queueSettings, type QueueSettings } from '#app/queue';
import type { Logger } from 'pino';
import { InfrastructureModule } from './infrastructure.module.js';
import { onceItAnswers } from './once-it-answers.js';

export interface PrepareOptions {
  /** Name in logs and beside database connections. */
  readonly name: string;
  /** The app's own module, where it has one. */
  readonly module?: Type;
  /** Starts a database where DATABASE_URL names none; returns its owner's connection. */
  readonly startDatabase?: (config: Config) => Promise<string>;
  readonly configOptions?: LoadConfigOptions;
  /** The command that restores a backup: it alone may open the installation before it has finished. */
  readonly endsRestore?: boolean;
  /** How long to wait for a database that is away. Default: not at all */
  readonly patienceMs?: number;
}

export interface PreparedProcess {
  readonly config: Config;
  readonly logger: Logger;
  readonly root: DynamicModule;
}

/** Settings read, database migrated, queue made ready, modules chosen: everything before an application is made. */
export async function prepareProcess(options: PrepareOptions): Promise<PreparedProcess> {
  const config = loadConfig(options.configOptions);
  const logger = createLogger(config.logLevel);
  const ownerUrl = await ownerUrlOf(options, config);
  const { patienceMs = 0, endsRestore = false } = options;
  const database = await onceItAnswers(
    () => prepareDatabase({ ownerUrl, secretKeys: config.secretKeys, endsRestore }),
    patienceMs,
    logger,
  );
  const queue = queueSettings(config.queue.redisUrl, database.queueUrl);
  const away = await prepareQueue(queue, ownerUrl);
  if (away) logger.warn({ err: away }, 'The queue is away; work goes on without it, a second later');
  return { config, logger, root: rootModule(options, config, database, queue) };
}

async function ownerUrlOf({ startDatabase }: PrepareOptions, config: Config): Promise<string> {
  const url = config.database.url ?? (await startDatabase?.(config));
  if (url === undefined)
    throw new PermanentError('configuration', 'DATABASE_URL is missing: name the PostgreSQL that all processes share.');
  return url;
}

function rootModule(
  options: PrepareOptions,
  config: Config,
  database: PreparedDatabase,
  queue: QueueSettings,
): DynamicModule {
  class ProcessModule {}
  const infrastructure = InfrastructureModule.forRoot({
    config,
    processName: options.name,
    secrets: new SecretKeyring(config.secretKeys, database.root),
    appUrl: database.appUrl,
    queue,
    presetsFolder: presetsFolder(),
    checkWorker: path.join(import.meta.dirname, 'checks', 'check.worker.js'),
  });
  return { module: ProcessModule, imports: options.module ? [infrastructure, options.module] : [infrastructure] };
}

/** Presets are files of the installation, beside the package.json that the compiled code runs under. */
function presetsFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  return path.join(folder, 'config', 'presets', 'journeys');
}
