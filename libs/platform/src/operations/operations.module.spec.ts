import 'reflect-metadata';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '../config/load-config.js';
import { createHttpApp } from '../http/http-app.js';
import { createLogger } from '../logging/root-logger.js';
import { PrometheusMetrics } from '../metrics/prometheus-metrics.js';
import { PlatformModule } from '../platform.module.js';
import { SecretKeyring } from '../secrets/secret-keyring.js';
import { OperationsModule } from './operations.module.js';
import { type ReadinessCheck, ShutdownState } from './readiness.js';

class Dependency {
  isUp = true;

  async ping(): Promise<void> {
    if (!this.isUp) throw new Error('password of the database');
  }
}

const checkOf = (name: string, isRequired: boolean, dependency: Dependency): ReadinessCheck => ({
  name,
  isRequired,
  check: () => dependency.ping(),
});

const dependencies = { database: new Dependency(), queue: new Dependency() };
const config = loadConfig({ ownSecretKey: () => 'k7Qx0pZr2VtW9sLmB4nEyHc6JfUaDg1iOoXe' }, {});

@Module({
  imports: [
    PlatformModule.register(config, new SecretKeyring(config.secretKeys)),
    OperationsModule.register({
      checks: () => [checkOf('database', true, dependencies.database), checkOf('queue', false, dependencies.queue)],
    }),
  ],
})
class ProbeModule {}

let app: NestFastifyApplication;
beforeAll(async () => {
  app = await createHttpApp(ProbeModule, { logger: createLogger('silent') });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
});
afterAll(() => app.close());
beforeEach(() => {
  dependencies.database.isUp = true;
  dependencies.queue.isUp = true;
});

const get = (url: string) => app.inject({ method: 'GET', url });

describe('operations', () => {
  it('says that the process lives', async () => {
    expect((await get('/healthz')).json()).toEqual({ status: 'ok' });
  });

  it('is ready while what it requires answers', async () => {
    dependencies.queue.isUp = false;
    expect((await get('/readyz')).json()).toEqual({ status: 'ready', checks: { database: 'ok', queue: 'failed' } });
  });

  it('is not ready without its database, and tells no detail', async () => {
    dependencies.database.isUp = false;
    const answer = await get('/readyz');
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ code: 'unavailable', errors: [{ pointer: '/database' }] });
    expect(answer.body).not.toContain('password');
  });

  it('counts its own refusals, and shows no metrics where everybody can come', async () => {
    const { text } = await app.get(PrometheusMetrics).render();
    expect(text).toContain('afterglow_errors_total{code="unavailable"} 1');
    expect((await get('/metrics')).statusCode).toBe(404);
  });

  it('explains its problem types', async () => {
    expect((await get('/problems/event.conflict')).json()).toMatchObject({ code: 'event.conflict', status: 409 });
    expect((await get('/problems/__proto__')).statusCode).toBe(404);
  });

  it('is not ready while it is stopping', async () => {
    app.get(ShutdownState).isShuttingDown = true;
    expect((await get('/readyz')).statusCode).toBe(503);
    expect((await get('/healthz')).statusCode).toBe(200);
  });
});
