import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { EmbeddedPostgres, prepareDatabase } from '#app/persistence';
import { AfterglowClient, type CreatedSource } from '../support/afterglow-client.js';
import { cpuSecondsOf } from '../support/process-tree.js';
import { type AppName, AppProcess, DataFolder } from '../support/processes.js';
import { publishJourney } from './journeys.js';
import { type BenchRedis, startBenchRedis } from './redis-server.js';
import type { Target } from './requests.js';

export type Variant = 'redis' | 'postgres';

/** On a machine that has more to do. */
const READY_LIMIT_MS = 180_000;

/** What every suite stands on: one durable PostgreSQL and, where there is one, Redis. */
export class Rig {
  readonly secretKey = randomBytes(48).toString('base64url');
  readonly apiKey = randomBytes(24).toString('base64url');

  private constructor(
    private readonly folder: DataFolder,
    private readonly server: EmbeddedPostgres,
    readonly redis: BenchRedis | null,
    readonly postgresVersion: string,
  ) {}

  static async start(): Promise<Rig> {
    const folder = new DataFolder();
    const server = new EmbeddedPostgres({ dataDir: folder.path, settings: { max_connections: '200' } });
    await server.start();
    const redis = await startBenchRedis();
    const version = await withClient(server.url(), async (client) => {
      const { rows } = await client.query<{ server_version: string }>('show server_version');
      return rows[0]?.server_version ?? '';
    });
    return new Rig(folder, server, redis, version);
  }

  get variants(): Variant[] {
    return this.redis ? ['redis', 'postgres'] : ['postgres'];
  }

  /** A database with the schema of the system, or an empty one. */
  async database(name: string, content: 'migrated' | 'empty'): Promise<string> {
    await this.server.createDatabase(name);
    const url = this.server.url(name);
    if (content === 'migrated') await prepareDatabase({ ownerUrl: url, secretKeys: [this.secretKey] });
    return url;
  }

  /** Writes everything down, so that one measurement does not pay for the one before it. */
  async settle(): Promise<void> {
    await withClient(this.server.url(), (client) => client.query('checkpoint'));
  }

  startApp(
    app: AppName,
    databaseUrl: string,
    variant: Variant,
    more: Record<string, string> = {},
    port?: number,
  ): Promise<AppProcess> {
    return AppProcess.start({
      app,
      readyLimitMs: READY_LIMIT_MS,
      ...(port === undefined ? {} : { port }),
      env: {
        DATABASE_URL: databaseUrl,
        SECRET_KEY: this.secretKey,
        BOOTSTRAP_API_KEY: this.apiKey,
        LOG_LEVEL: 'warn',
        LIMIT_WEBHOOKS_PER_MINUTE: '10000000',
        LIMIT_API_PER_MINUTE: '10000000',
        ...(variant === 'redis' && this.redis ? { REDIS_URL: this.redis.url } : {}),
        ...more,
      },
    });
  }

  /** A source of the shop, and the presets that a suite needs, made through the API. */
  async setUpShop(
    databaseUrl: string,
    variant: Variant,
    presets: readonly string[],
    { apiKey = this.apiKey, journey }: { apiKey?: string; journey?: string } = {},
  ): Promise<Omit<Target, 'port'>> {
    const api = await this.startApp('api', databaseUrl, variant, { BOOTSTRAP_API_KEY: apiKey });
    const client = new AfterglowClient(api.url, apiKey);
    try {
      const secret = randomBytes(24).toString('hex');
      const source = await client.post<CreatedSource>('/api/v1/sources', { kind: 'shopify', name: 'bench', secret });
      for (const key of presets) await client.post(`/api/v1/presets/${key}/install`, { publish: true });
      if (journey !== undefined) await publishJourney(client, journey);
      return { path: `/hooks/${source.id}`, secret };
    } finally {
      client.close();
      await api.stop();
    }
  }

  /** CPU seconds so far of the given processes and of both stores. */
  cpuSeconds(pids: readonly number[]): number {
    const stores = [this.folder.serverPid(), this.redis?.pid].filter((pid) => pid !== undefined);
    return cpuSecondsOf(...pids, ...stores);
  }

  async stop(): Promise<void> {
    await this.redis?.stop();
    await this.server.stop('immediate');
    this.folder.remove();
  }
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
