import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { PinoLogger } from '#app/platform';
import { prepareProcess, type PrepareOptions } from './prepare-process.js';

/** The use cases without a server, for commands. Close it at the end. */
export async function openInstallation(options: PrepareOptions): Promise<INestApplicationContext> {
  const { logger, root } = await prepareProcess(options);
  return NestFactory.createApplicationContext(root, { logger: new PinoLogger(logger), abortOnError: false });
}
