import 'reflect-metadata';
import path from 'node:path';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { EnsureFirstShop } from '#app/application';
import { createHttpApp, createLogger, loadConfig, SecretKeyring } from '#app/platform';
import { prepareQueue, type QueueSettings } from '#app/queue';
import { InfrastructureModule } from '#app/runtime';
import pg from 'pg';
import { ApiModule } from '../../apps/api/src/api.module.js';
import { configureApi } from '../../apps/api/src/configure-api.js';
import { IngestModule } from '../../apps/ingest/src/ingest.module.js';
import { freshDatabase, type TestDatabase } from '../support/test-database.js';

/** Threads know nothing of Jest: they run what was built. */
export const CHECK_WORKER = path.resolve('dist/libs/runtime/src/checks/check.worker.js');
export const SECRET_KEY = 'k7Qx0pZr2VtW9sLmB4nEyHc6JfUaDg1iOoXe';
/** Corpora are sent faster than anybody would. */
const UNLIMITED = { LIMIT_API_PER_MINUTE: '10000000', LIMIT_WEBHOOKS_PER_MINUTE: '10000000' };
export const BOOTSTRAP_KEY = 'ag_live_bootstrap_key_for_tests_0001';

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
  readonly body: T;
}

/** A refusal. */
export interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string; readonly code: string; readonly message: string }[];
}

interface CallOptions {
  readonly body?: unknown;
  readonly type?: string;
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The whole API and the intake of webhooks over a database of its own, with its first shop and an owner's key. */
export class ApiRig {
  private constructor(
    readonly database: TestDatabase,
    readonly owner: pg.Client,
    readonly app: NestFastifyApplication,
    readonly shopId: string,
    readonly key: string,
  ) {}

  /** @param env settings besides those of every rig */
  static async start(label: string, env: Readonly<Record<string, string>> = {}): Promise<ApiRig> {
    const database = await freshDatabase(label);
    const owner = new pg.Client({ connectionString: database.ownerUrl });
    await owner.connect();
    const queue: QueueSettings = { backend: 'postgres', url: database.queueUrl, prefix: `api-${process.pid}` };
    await prepareQueue(queue, database.ownerUrl);
    const settings = { SECRET_KEY, DATABASE_URL: database.ownerUrl, PUBLIC_URL: 'https://shop.example', ...UNLIMITED };
    const config = loadConfig({}, { ...settings, ...env });
    const infrastructure = InfrastructureModule.forRoot({
      config,
      secrets: new SecretKeyring(config.secretKeys),
      processName: 'test',
      appUrl: database.appUrl,
      queue,
      presetsFolder: path.resolve('config/presets/journeys'),
      checkWorker: CHECK_WORKER,
    });
    @Module({ imports: [infrastructure, ApiModule, IngestModule] })
    class TestModule {}
    const app = await createHttpApp(TestModule, {
      logger: createLogger('silent'),
      trustedProxies: config.http.trustedProxies,
    });
    await configureApi(app);
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    const { shopId, ownerKey } = await app
      .get(EnsureFirstShop)
      .run({ bootstrapKey: BOOTSTRAP_KEY, withOwnerKey: true });
    if (ownerKey === null) throw new Error('The first start made no owner key.');
    return new ApiRig(database, owner, app, shopId, ownerKey);
  }

  async call<T = Record<string, unknown>>(method: string, url: string, options: CallOptions = {}): Promise<Answer<T>> {
    const { body, key = this.key } = options;
    const type = options.type ?? (body === undefined ? undefined : 'application/json');
    const answer = await this.app.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(type === undefined ? {} : { 'content-type': type }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const isJson = /json/.test(String(answer.headers['content-type']));
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.body,
      body: (isJson ? answer.json() : undefined) as T,
    };
  }

  get<T = Record<string, unknown>>(url: string, options?: CallOptions): Promise<Answer<T>> {
    return this.call<T>('GET', url, options);
  }

  post<T = Record<string, unknown>>(url: string, body?: unknown, options?: CallOptions): Promise<Answer<T>> {
    return this.call<T>('POST', url, { ...options, body });
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.owner.end();
    await this.database.drop();
  }
}
