import { Module, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  AcceptEvents,
  AccountSecrets,
  CallbackDirectory,
  ClockPort,
  HintPort,
  IdPort,
  InboxPort,
  LinkSettings,
  Metrics,
  RateLimits,
  ReceiveCallback,
  ReceiveWebhook,
  SecretPort,
  SourceDirectory,
  SourceKinds,
  SubmitEvents,
} from '#app/application';
import { createDataSource, PgCallbackDirectory, PgClock, PgInbox, PgSourceDirectory } from '#app/persistence';
import { bucketsFor, createHttpApp, createLogger, PrometheusMetrics, SecretKeyring, UuidV7Ids } from '#app/platform';
import { SourceRegistry } from '#app/sources';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { IngestController } from '../../apps/ingest/src/ingest.controller.js';
import { freshDatabase, type TestDatabase } from '../support/test-database.js';

export const SHOP = '0190a000-0000-7000-8000-000000000001';
export const SHOPIFY = '0190a000-0000-7000-8000-0000000000a1';
export const WOO = '0190a000-0000-7000-8000-0000000000a2';
export const SECRET = 'hook secret';
export const ROTATED_OUT = 'rotated out';

/** Few webhooks a minute, so that a test can send more; still more than one of the others sends. */
export const RATES = { api: 100, webhooks: 2_000, pages: 100 };

export interface InboxRow {
  readonly id: string;
  readonly body: string;
  readonly kind: string;
  readonly state: string;
  readonly headers: object;
}

/** The receiving half of the house over a database of its own: one shop with a source of Shopify and one of WooCommerce. */
export interface IngestRig {
  readonly database: TestDatabase;
  readonly owner: pg.Client;
  readonly dataSource: DataSource;
  readonly app: NestFastifyApplication;
  /** Queues that were hinted at since the last `empty`. */
  readonly hinted: string[];
  /** The inbox in the order of arrival. */
  stored(): Promise<InboxRow[]>;
  empty(): Promise<void>;
  stop(): Promise<void>;
}

export async function startIngest(label: string): Promise<IngestRig> {
  const database = await freshDatabase(label);
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  const dataSource = await createDataSource(database.appUrl).initialize();
  const keyring = new SecretKeyring(['a key for tests that is long enough 0123456789']);
  await registerSources(owner, keyring);
  const hinted: string[] = [];
  const app = await createHttpApp(moduleOver(dataSource, keyring, hinted), { logger: createLogger('silent') });
  await app.init();
  return {
    database,
    owner,
    dataSource,
    app,
    hinted,
    async stored() {
      const { rows } = await owner.query<InboxRow>(
        'select id, body, kind, state, headers from app.inbox_event order by received_at, seq',
      );
      return rows;
    },
    async empty() {
      hinted.length = 0;
      await owner.query('truncate app.inbox_event, app.inbox_dedupe, app.dead_letter');
    },
    async stop() {
      await app.close();
      await dataSource.destroy();
      await owner.end();
      await database.drop();
    },
  };
}

async function registerSources(owner: pg.Client, keyring: SecretKeyring): Promise<void> {
  await owner.query(
    `insert into app.shop (id, name, time_zone, currency, locale) values ($1, 'Tea', 'Europe/Paris', 'EUR', 'fr')`,
    [SHOP],
  );
  const secrets = JSON.stringify([
    { secret: SECRET, notAfter: null },
    { secret: ROTATED_OUT, notAfter: '2020-01-01T00:00:00.000Z' },
  ]);
  for (const [id, kind] of [
    [SHOPIFY, 'shopify'],
    [WOO, 'woocommerce'],
  ] as const) {
    await owner.query('insert into app.source (shop_id, id, kind, name, secrets) values ($1, $2, $3, $3, $4)', [
      SHOP,
      id,
      kind,
      keyring.seal(secrets, `source|${id}`),
    ]);
  }
}

function moduleOver(source: DataSource, keyring: SecretKeyring, hinted: string[]): Type {
  const infrastructure = [
    { provide: DataSource, useValue: source },
    { provide: SecretPort, useValue: keyring },
    { provide: HintPort, useValue: { hint: (queue: string) => hinted.push(queue) } },
    { provide: IdPort, useClass: UuidV7Ids },
    { provide: ClockPort, useClass: PgClock },
    { provide: Metrics, useClass: PrometheusMetrics },
    { provide: RateLimits, useValue: bucketsFor(RATES) },
    { provide: InboxPort, useClass: PgInbox },
    { provide: SourceDirectory, useClass: PgSourceDirectory },
    { provide: SourceKinds, useClass: SourceRegistry },
    { provide: CallbackDirectory, useFactory: () => new PgCallbackDirectory(source, { twilio: [SECRET] }) },
    { provide: LinkSettings, useValue: { publicUrl: 'https://shop.example' } },
    { provide: AccountSecrets, useValue: { of: async () => [] } },
  ];
  const useCases = [AcceptEvents, ReceiveCallback, ReceiveWebhook, SubmitEvents];
  const names = [...infrastructure.map(({ provide }) => provide), ...useCases];
  class Infrastructure {}
  Module({ providers: [...infrastructure, ...useCases], exports: names })(Infrastructure);
  class TestModule {}
  Module({ imports: [{ module: Infrastructure, global: true }], controllers: [IngestController] })(TestModule);
  return TestModule;
}
