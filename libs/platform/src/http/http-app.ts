import type { DynamicModule, Type } from '@nestjs/common';
import { ModuleRef, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Metrics } from '#app/application';
import type { Logger } from 'pino';
import { PinoLogger } from '../logging/pino-logger.js';
import { HttpAdapter } from './http-adapter.js';
import { ProblemFilter } from './problem.filter.js';
import { createValidationPipe } from './validation.js';

export interface HttpAppOptions {
  readonly logger: Logger;
  /** 0 unless told otherwise. */
  readonly trustedProxies?: number;
}

/** The application over Fastify, hardened and not yet listening. A fault while it is put together is thrown, not printed. */
export async function createHttpApp(
  module: Type | DynamicModule,
  { logger, trustedProxies }: HttpAppOptions,
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(module, new HttpAdapter(trustedProxies), {
    bodyParser: false,
    abortOnError: false,
    logger: new PinoLogger(logger),
  });
  hardenHttp(app, { logger });
  return app;
}

/** For applications made by @nestjs/testing over a `HttpAdapter` with `bodyParser: false`; call it before `init`. */
export function hardenHttp(app: NestFastifyApplication, { logger }: HttpAppOptions): void {
  const adapter = app.getHttpAdapter();
  if (!(adapter instanceof HttpAdapter)) throw new TypeError('The application was not made over a HttpAdapter.');
  app.useGlobalPipes(createValidationPipe());
  app.useGlobalFilters(new ProblemFilter(adapter.routes, logger, metricsOf(app)));
}

function metricsOf(app: NestFastifyApplication): Metrics | undefined {
  try {
    // through ModuleRef: the application itself would log what it doesn't find
    return app.get(ModuleRef).get(Metrics, { strict: false });
  } catch {
    return undefined;
  }
}
