import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedPostgres } from '#app/persistence';
import { AfterglowClient, type CreatedSource } from '../support/afterglow-client.js';
import type { TestBackend } from '../support/describe-backends.js';
import { type AppName, AppProcess, DataFolder } from '../support/processes.js';
import { treeOf } from '../support/process-tree.js';
import { ShopifySender } from '../support/shopify-sender.js';

export interface ListedMessage {
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  state: string;
  reason: string | null;
  journey: string;
  order: string;
  dueAt: string;
  notBefore: string;
  sentAt: string | null;
  customer: string;
}

/** A durable PostgreSQL of one test file: the apps refuse one that may lose what it has acknowledged. */
export class Cluster {
  readonly secretKey = randomBytes(48).toString('base64url');
  private databases = 0;

  private constructor(
    private readonly folder: DataFolder,
    private readonly server: EmbeddedPostgres,
  ) {}

  /** @param parent where its data folder is made, such as a disk of its own */
  static async start(settings: Readonly<Record<string, string>> = {}, parent?: string): Promise<Cluster> {
    const folder = new DataFolder(parent);
    const server = new EmbeddedPostgres({ dataDir: folder.path, settings });
    await server.start();
    return new Cluster(folder, server);
  }

  async database(): Promise<string> {
    this.databases += 1;
    const name = `story_${this.databases}`;
    await this.server.createDatabase(name);
    return this.server.url(name);
  }

  /** As an outage: connections break, nothing is listening. */
  async goAway(): Promise<void> {
    await this.server.stop('immediate');
  }

  /** As a power cut: `kill -9` for the server and all its processes. */
  async crash(): Promise<void> {
    const postmaster = this.folder.serverPid();
    for (const pid of postmaster === undefined ? [] : treeOf(postmaster)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // its work was done and it had ended by itself
      }
    }
    await this.server.stop('immediate').catch(() => undefined);
  }

  async comeBack(): Promise<void> {
    await this.server.start();
  }

  async stop(): Promise<void> {
    await this.server.stop('immediate');
    this.folder.remove();
  }
}

/** The apps of one installation on one database, with the hands to use them. */
export class Installation {
  readonly apiKey = randomBytes(24).toString('base64url');
  readonly apps: AppProcess[] = [];
  private open: { client: AfterglowClient; hooks: AfterglowClient } | undefined;
  private source: { path: string; secret: string } | undefined;

  constructor(
    private readonly cluster: Cluster,
    readonly databaseUrl: string,
    private readonly env: Record<string, string>,
  ) {}

  /** One process in virtual time, on Paris time and in euros. */
  static async inVirtualTime(cluster: Cluster, backend: TestBackend, start: string): Promise<Installation> {
    const redisUrl = backend.redisUrl();
    const shop = new Installation(cluster, await cluster.database(), {
      CLOCK: 'virtual',
      CLOCK_START: start,
      ...(redisUrl ? { REDIS_URL: redisUrl } : {}),
    });
    await shop.start('standalone');
    await shop.client.patch('/api/v1/shop', { timeZone: 'Europe/Paris', currency: 'EUR', locale: 'en' });
    return shop;
  }

  /** The first app named takes the webhooks, the last the calls of the API. */
  async start(...names: AppName[]): Promise<void> {
    for (const app of names) this.apps.push(await this.startOne(app));
  }

  /** Stops or kills the apps and starts the same ones on the same ports. */
  async restart(how: 'stop' | 'kill', ...names: AppName[]): Promise<void> {
    const ports = this.apps.map((app) => app.port);
    await Promise.all(this.apps.map((app) => app[how]()));
    this.apps.length = 0;
    for (const [index, app] of names.entries()) this.apps.push(await this.startOne(app, ports[index]));
  }

  /** One that has ended, on its port. */
  async startAgain(name: AppName): Promise<void> {
    const place = this.apps.findIndex((app) => app.hasEnded);
    const ended = this.apps[place];
    if (ended) this.apps[place] = await this.startOne(name, ended.port);
  }

  get client(): AfterglowClient {
    return this.connections.client;
  }

  /** A sender of the installation's one Shopify source; made at the first call. */
  async sender(): Promise<ShopifySender> {
    if (!this.source) {
      const secret = randomBytes(24).toString('hex');
      const created = await this.client.post<CreatedSource>('/api/v1/sources', {
        kind: 'shopify',
        name: 'shop',
        secret,
      });
      this.source = { path: new URL(created.url).pathname, secret };
    }
    return new ShopifySender(this.connections.hooks.http, this.source.path, this.source.secret);
  }

  async install(preset: string, settings: Record<string, unknown> = {}): Promise<void> {
    await this.client.post(`/api/v1/presets/${preset}/install`, { publish: true, settings });
  }

  async publish(yaml: string): Promise<void> {
    const type = { 'content-type': 'application/yaml' };
    const saved = await this.client.call('POST', '/api/v1/journeys', yaml, type);
    if (saved.status !== 201) throw new Error(`The journey was answered ${saved.status}: ${saved.text}`);
    const { key } = JSON.parse(saved.text) as { key: string };
    await this.client.post(`/api/v1/journeys/${key}/publish`);
  }

  messages(query = ''): Promise<ListedMessage[]> {
    return this.client.list<ListedMessage>(`/api/v1/messages?${query}`);
  }

  async advance(by: string): Promise<void> {
    await this.client.post('/api/v1/clock/advance', { by });
  }

  /** As if every lease of a dead process had run out. */
  async endLeases(): Promise<void> {
    const client = new pg.Client({ connectionString: this.databaseUrl });
    await client.connect();
    for (const table of ['inbox_event', 'timer', 'message']) {
      await client.query(`update app.${table} set lease_until = clock_timestamp() where lease_until is not null`);
    }
    await client.end();
  }

  async stop(): Promise<void> {
    this.disconnect();
    await Promise.all(this.apps.filter((app) => !app.hasEnded).map((app) => app.stop()));
  }

  async kill(): Promise<void> {
    this.disconnect();
    await Promise.all(this.apps.map((app) => app.kill()));
  }

  private get connections(): { client: AfterglowClient; hooks: AfterglowClient } {
    const [first, last] = [this.apps[0], this.apps.at(-1)];
    if (!first || !last) throw new Error('Start the apps first.');
    this.open ??= {
      client: new AfterglowClient(last.url, this.apiKey),
      hooks: new AfterglowClient(first.url, this.apiKey),
    };
    return this.open;
  }

  private disconnect(): void {
    this.open?.client.close();
    this.open?.hooks.close();
    this.open = undefined;
  }

  private startOne(app: AppName, port?: number): Promise<AppProcess> {
    return AppProcess.start({
      app,
      ...(port === undefined ? {} : { port }),
      env: {
        DATABASE_URL: this.databaseUrl,
        SECRET_KEY: this.cluster.secretKey,
        BOOTSTRAP_API_KEY: this.apiKey,
        LOG_LEVEL: 'warn',
        ...this.env,
      },
    });
  }
}

/** Resolves with what `look` gives once it is neither null nor undefined; fails after the limit with the last error, if any. */
export async function eventually<T>(look: () => Promise<T | null | undefined>, limitMs = 20_000): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    let problem: unknown;
    try {
      const seen = await look();
      if (seen !== null && seen !== undefined) return seen;
    } catch (error) {
      problem = error;
    }
    if (performance.now() > deadline) throw problem ?? new Error(`It did not come about within ${limitMs} ms.`);
    await sleep(50);
  }
}

/** The first address in a text whose path begins so. */
export function linkIn(text: string, page: 's' | 'u' | 'p' | 'c'): string {
  const found = new RegExp(`https?://[^\\s"'<>]+(/${page}/[\\w.~-]+)`).exec(text)?.[1];
  if (found === undefined) throw new Error(`There is no link to /${page}/ in:\n${text}`);
  return found;
}
