import { randomUUID } from 'node:crypto';
import {
  type Channel,
  AssignRoutes,
  Channels,
  ComposeMessage,
  type ContactStore,
  DeliverMessages,
  FenceMessages,
  FindLink,
  GatherMessages,
  HintPort,
  LinkEvents,
  LinkFactory,
  MailAddresses,
  Metrics,
  OpenSurveyLink,
  AnswerSurveyLink,
  PrepareMessages,
  ProviderGuard,
  type QueueName,
  RecordHandOvers,
  SenderOfShop,
  SettleUnknown,
  SuppressAddresses,
  type TemplateEngine,
  Unsubscribe,
  Routes,
  LookUpSnippets,
} from '#app/application';
import { ConfiguredChannels } from '#app/channels';
import { type CustomerFacts, DEFAULT_PRIORITY, EMPTY_CUSTOMER, emptyOrder } from '#app/domain';
import {
  createDataSource,
  PgClock,
  PgContactStore,
  PgDeliveryStore,
  PgFactsReader,
  PgHousekeeping,
  PgInbox,
  PgJourneyReader,
  PgLinkStore,
  PgAccountDirectory,
  PgAuditTrail,
  PgMailDomains,
  PgMessageDesk,
  PgMessageReader,
  PgProviderHealth,
  PgShops,
  PgUnitOfWork,
  PgSnippetStore,
} from '#app/persistence';
import { SecretKeyring, UuidV7Ids } from '#app/platform';
import { LiquidTemplateEngine } from '#app/templates';
import pgDriver from 'pg';
import type { DataSource } from 'typeorm';
import { trustingGuard } from '../support/compared-clocks.js';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import type { SmtpSink } from '../support/smtp-sink.js';
import { freshDatabase, type TestDatabase } from '../support/test-database.js';
import { OneChannel } from './one-channel.js';
import type { MessagePlan, MessageRow } from './planned-message.js';
import { compiledTemplates } from './delivery-templates.js';

class NotedHints extends HintPort {
  readonly given: QueueName[] = [];

  hint(queue: QueueName): void {
    this.given.push(queue);
  }
}

class NoMetrics extends Metrics {
  count(): void {}
  observe(): void {}
  gauge(): void {}
}

/** Delivery over a database of its own. Rows are planned here as the journey runtime plans them. */
export class DeliveryRig {
  readonly shopId = randomUUID();
  readonly secrets = new SecretKeyring(['a secret key for tests, thirty-two bytes or more']);
  readonly directory = new PgAccountDirectory();
  readonly hints = new NotedHints();
  readonly uow: PgUnitOfWork;
  readonly store = new PgDeliveryStore();
  readonly contacts = new PgContactStore();
  readonly reader = new PgMessageReader();
  readonly clock: PgClock;
  readonly events: LinkEvents;
  readonly inboundMail: { domain: string | null } = { domain: null };
  readonly addresses = new MailAddresses(this.secrets, this.inboundMail);
  readonly links: LinkFactory;
  readonly openSurvey: OpenSurveyLink;
  readonly answerSurvey: AnswerSurveyLink;
  readonly unsubscribe: Unsubscribe;
  readonly settle: SettleUnknown;
  readonly housekeeping: PgHousekeeping;
  private readonly journeyId = randomUUID();
  /** By the priority of their document. */
  private readonly versions = new Map<number, string>();

  private constructor(
    private readonly database: TestDatabase,
    readonly dataSource: DataSource,
    private readonly owner: pgDriver.Client,
  ) {
    this.uow = new PgUnitOfWork(dataSource);
    this.clock = new PgClock(dataSource);
    this.links = new LinkFactory(this.secrets, { publicUrl: 'https://shop.example/' });
    this.housekeeping = new PgHousekeeping(dataSource, 90);
    const linkStore = new PgLinkStore();
    const find = new FindLink(this.uow, linkStore, this.secrets);
    this.events = new LinkEvents(new PgInbox(dataSource, new UuidV7Ids()), this.hints);
    const { events } = this;
    this.openSurvey = new OpenSurveyLink(this.uow, linkStore, find);
    this.answerSurvey = new AnswerSurveyLink(this.uow, linkStore, find, events);
    this.unsubscribe = new Unsubscribe(
      this.uow,
      linkStore,
      find,
      new SuppressAddresses(this.store, this.secrets),
      events,
    );
    this.settle = new SettleUnknown(this.uow, new PgMessageDesk(), this.reader, this.hints, new PgAuditTrail());
  }

  static async start(label: string): Promise<DeliveryRig> {
    const database = await freshDatabase(label);
    const dataSource = await createDataSource(database.appUrl).initialize();
    const owner = new pgDriver.Client({ connectionString: database.ownerUrl });
    await owner.connect();
    const rig = new DeliveryRig(database, dataSource, owner);
    await rig.seed();
    return rig;
  }

  /** A connection of its own, to stand in the way of others. */
  async secondOwner(): Promise<pgDriver.Client> {
    const client = new pgDriver.Client({ connectionString: this.database.ownerUrl });
    await client.connect();
    return client;
  }

  async stop(): Promise<void> {
    await this.owner.end();
    await this.dataSource.destroy();
    await this.database.drop();
  }

  /** As the owner of the schema: sees everything. */
  async rows<T = Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<T[]> {
    return (await this.owner.query(sql, values)).rows as T[];
  }

  async message(id: string): Promise<MessageRow> {
    const [row] = await this.rows<MessageRow>('select * from app.message where id = $1', [id]);
    if (!row) throw new Error(`no message ${id}`);
    return row;
  }

  smtp(sink: SmtpSink): ConfiguredChannels {
    return new ConfiguredChannels({ smtpUrl: sink.url, mailFrom: 'hello@birch.example' });
  }

  routes(channels: Channels): Routes {
    return new Routes(this.uow, this.directory, channels, this.secrets, this.clock);
  }

  deliverer(
    channels: Channels | Channel,
    parts: { templates?: TemplateEngine; firstLook?: ContactStore; atFence?: ContactStore } = {},
  ): DeliverMessages {
    const { templates = new LiquidTemplateEngine(), firstLook = this.contacts, atFence = this.contacts } = parts;
    const senders = new SenderOfShop(new PgShops(), new PgMailDomains(), this.secrets, this.addresses);
    const facts = new PgFactsReader();
    const snippets = new LookUpSnippets(new PgSnippetStore());
    const journeys = new PgJourneyReader();
    const gather = new GatherMessages(this.store, facts, journeys, firstLook, senders, new PgShops(), snippets);
    const guard = new ProviderGuard(new PgProviderHealth(this.dataSource), this.clock);
    const compose = new ComposeMessage(templates, this.links);
    const prepare = new PrepareMessages(this.uow, this.store, gather, compose, guard, trustingGuard(this.uow));
    const fence = new FenceMessages(this.uow, this.store, atFence, this.secrets, new PgShops());
    const recorder = new RecordHandOvers(
      this.uow,
      this.store,
      this.clock,
      new NoMetrics(),
      guard,
      new PgLinkStore(),
      this.events,
    );
    const all = channels instanceof Channels ? channels : new OneChannel(channels);
    return new DeliverMessages(
      new AssignRoutes(this.routes(all), guard, this.uow, this.directory, this.clock),
      prepare,
      fence,
      recorder,
      this.clock,
    );
  }

  token(purpose: 'survey' | 'unsubscribe', messageId: string): string {
    return this.secrets.linkToken(purpose, messageId);
  }

  /** Plans messages, each for a person of its own unless the plan names one. */
  async plan(count: number, plan: MessagePlan = {}): Promise<string[]> {
    const people = Array.from({ length: count }, () => this.person(plan));
    const versionId = await this.versionOf(plan.priority ?? DEFAULT_PRIORITY);
    await this.rows(
      `with p as (select * from jsonb_to_recordset($2::jsonb) as p (id uuid, message_id uuid, run_id uuid, order_id uuid, order_name text,
        key text, facts jsonb, order_facts jsonb)),
      c as (insert into app.customer (shop_id, id, facts, email, phone, order_count)
        select $1, id, facts, facts->>'email', facts->>'phone', 1 from p on conflict do nothing),
      o as (insert into app.orders (shop_id, id, external_id, customer_id, placed_at, facts) select $1, order_id, order_name, id, app.now(), order_facts from p),
      r as (insert into app.journey_run (shop_id, id, journey_id, version_id, customer_id, order_id, entry_key, status, state, run_month, started_at, end_reason)
        select $1, run_id, $3, $4, id, order_id, order_name, $5, '{}', date_trunc('month', app.now())::date, app.now(), $6 from p)
      insert into app.message (shop_id, id, message_key, journey_id, version_id, run_id, step, visit, customer_id, order_id, medium, class,
        template, survey, context, state, due_at, not_before, expires_at)
      select $1, message_id, decode(key, 'hex'), $3, $4, run_id, 'ask', 1, id, order_id, $7, $8, $9, $10, '{"settings": {}}', 'queued', $11, $11, $12 from p`,
      [
        this.shopId,
        JSON.stringify(people),
        this.journeyId,
        versionId,
        plan.runEnd ? 'exited' : 'completed',
        plan.runEnd ?? 'end',
        plan.medium ?? 'email',
        plan.class ?? 'feedback',
        plan.template ?? 'ask',
        plan.survey ? JSON.stringify(plan.survey) : null,
        plan.dueAt ?? '2026-01-01T00:00:00Z',
        plan.expiresAt ?? null,
      ],
    );
    return people.map((person) => person.message_id);
  }

  private person(plan: MessagePlan) {
    const name = randomUUID().slice(0, 8);
    const id = plan.customerId ?? randomUUID();
    const facts: CustomerFacts = {
      ...EMPTY_CUSTOMER,
      externalIds: [`c-${id}`],
      email: `${name}@mail.example`,
      phone: '+4915112345678',
      firstName: 'Ada',
      ...plan.customer,
    };
    const order = emptyOrder(`o-${randomUUID()}`);
    return {
      id,
      message_id: randomUUID(),
      run_id: randomUUID(),
      order_id: randomUUID(),
      order_name: order.id,
      key: Buffer.from(this.secrets.sha256(randomUUID())).toString('hex'),
      facts,
      order_facts: { ...order, name: '#1001' },
    };
  }

  private async versionOf(priority: number): Promise<string> {
    const known = this.versions.get(priority);
    if (known !== undefined) return known;
    const id = randomUUID();
    this.versions.set(priority, id);
    const templates = await compiledTemplates();
    await this.rows(
      `insert into app.journey_version (shop_id, id, journey_id, version, document, templates, content_sha256) values ($1, $2, $3, $4, $5, $6, '')`,
      [this.shopId, id, this.journeyId, this.versions.size, { priority }, JSON.stringify(templates)],
    );
    return id;
  }

  private async seed(): Promise<void> {
    await this.rows(
      `insert into app.shop (id, name, time_zone, currency, locale, contact_rules)
       values ($1, 'Möbel "Eins", GmbH', 'Europe/Berlin', 'EUR', 'en', $2)`,
      [this.shopId, NO_CONTACT_RULES],
    );
    await this.rows(`insert into app.journey (shop_id, id, key, title, state) values ($1, $2, 'ask', 'Ask', 'live')`, [
      this.shopId,
      this.journeyId,
    ]);
  }
}
