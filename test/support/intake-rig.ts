import { createHash, randomUUID } from 'node:crypto';
import {
  BeginErasures,
  DigestBodies,
  FoldEvents,
  CountBounces,
  HeedMessages,
  type FoldedEvent,
  HintPort,
  HoldOptIns,
  IdPort,
  JourneyRuntime,
  OpenBodies,
  PrivacyAtIntake,
  ProcessInbox,
  RecordAnswers,
  type EventsReport,
  SecretPort,
  type SourceKind,
  SourceKinds,
  type Transaction,
} from '#app/application';
import { type NormalisedEvent, PermanentError, type SurveyDefinition } from '#app/domain';
import {
  createDataSource,
  pg,
  PgAnswerStore,
  PgDeliveryStore,
  PgBouncedAddresses,
  PgMessageNewsStore,
  PgClock,
  PgErasureStore,
  PgFactsReader,
  PgFactsStore,
  PgHeldMessages,
  PgInbox,
  PgPeopleDirectory,
  PgPrivacyRequests,
  PgShops,
  PgTimelineReader,
  PgUnitOfWork,
} from '#app/persistence';
import pgDriver from 'pg';
import type { DataSource } from 'typeorm';
import { v7 } from 'uuid';
import { z } from 'zod';
import { freshDatabase, type TestDatabase } from './test-database.js';

class Ids extends IdPort {
  next(): string {
    return v7();
  }
}

class Hints extends HintPort {
  hint(): void {}
}

export class Secrets extends SecretPort {
  seal(plain: string): string {
    return plain;
  }
  open(sealed: string): string {
    return sealed;
  }
  fingerprint(text: string, purpose: string): Uint8Array {
    return this.sha256(`${purpose}|${text}`);
  }
  linkToken(purpose: string, subject: string): string {
    return `${purpose}.${subject}`;
  }
  isOwnLinkToken(): boolean {
    return true;
  }
  sha256(data: string | Uint8Array): Uint8Array {
    return createHash('sha256').update(data).digest();
  }
}

/** Keeps what journeys are told; `failOn` makes it fail for events of one order. */
export class RecordingRuntime extends JourneyRuntime {
  told: FoldedEvent[] = [];
  failOn: string | null = null;

  async onEvents(
    _tx: Transaction,
    _shop: unknown,
    _now: number,
    events: readonly FoldedEvent[],
  ): Promise<EventsReport> {
    if (events.some(({ event }) => event.order?.externalId === this.failOn)) throw new Error('the journey broke');
    this.told.push(...events);
    return { started: 0, moved: 0, messages: 0, media: [], entries: [] };
  }
}

/** A sender whose bodies are JSON lists of normalised events, and "garbage" that it can't read. */
const plainKind: SourceKind = {
  code: 'plain',
  title: 'Plain events',
  settings: z.object({}),
  keptHeaders: [],
  contentTypes: ['application/json'],
  verify: () => ({ genuine: true }),
  dedupeKey: () => randomUUID(),
  parse: ({ body }) => {
    const events = JSON.parse(body) as NormalisedEvent[] | string;
    if (typeof events === 'string') throw new PermanentError('event.invalid', `This is no list: ${events}`);
    return events.length === 0 ? { events, ignored: 'nothing in it' } : { events };
  },
};

class Kinds extends SourceKinds {
  find(code: string): SourceKind | undefined {
    return code === 'plain' ? plainKind : undefined;
  }
  list(): readonly SourceKind[] {
    return [plainKind];
  }
}

/** Intake over a database of its own, with journeys that only listen. */
export class IntakeRig {
  readonly runtime = new RecordingRuntime();
  readonly secrets = new Secrets();
  readonly shopId = randomUUID();
  readonly facts = new PgFactsReader();
  readonly directory = new PgPeopleDirectory(this.facts);
  readonly timeline = new PgTimelineReader();
  readonly unitOfWork: PgUnitOfWork;
  readonly owner: pgDriver.Client;
  readonly process: ProcessInbox;
  private readonly sourceId = randomUUID();
  private readonly inbox: PgInbox;

  private constructor(
    private readonly database: TestDatabase,
    private readonly dataSource: DataSource,
  ) {
    const ids = new Ids();
    const store = new PgFactsStore();
    const answers = new RecordAnswers(new PgAnswerStore(), ids);
    this.owner = new pgDriver.Client({ connectionString: database.ownerUrl });
    this.inbox = new PgInbox(dataSource, ids);
    this.unitOfWork = new PgUnitOfWork(dataSource);
    const bounces = new CountBounces(new PgBouncedAddresses(), this.secrets);
    const messages = new HeedMessages(new PgMessageNewsStore(), new PgDeliveryStore(), store, this.secrets, bounces);
    const bodies = new OpenBodies(new Kinds(), this.facts, store, answers, messages, new HoldOptIns(new PgShops()));
    const folding = new FoldEvents(store, answers, ids, this.secrets, new PgHeldMessages());
    const requests = new PgPrivacyRequests();
    const erasures = new BeginErasures(requests, new PgErasureStore(), this.secrets, ids);
    const privacy = new PrivacyAtIntake(requests, erasures, store, this.secrets);
    const digest = new DigestBodies(this.inbox, bodies, folding, this.runtime, privacy, new PgClock(dataSource));
    this.process = new ProcessInbox(this.inbox, this.unitOfWork, digest, new Hints());
  }

  static async start(label: string): Promise<IntakeRig> {
    const database = await freshDatabase(label);
    const dataSource = await createDataSource(database.appUrl, { poolSize: 4 }).initialize();
    const rig = new IntakeRig(database, dataSource);
    await rig.owner.connect();
    await rig.addShop(rig.shopId);
    return rig;
  }

  async addShop(id: string): Promise<void> {
    await this.owner.query(
      `insert into app.shop (id, name, time_zone, currency, locale) values ($1, 'Shop', 'Europe/Paris', 'EUR', 'en')`,
      [id],
    );
  }

  async stop(): Promise<void> {
    await this.owner.end();
    await this.dataSource.destroy();
    await this.database.drop();
  }

  /** Stores one body that holds these events; returns its inbox id. */
  async post(...events: NormalisedEvent[]): Promise<string> {
    return this.postBody(JSON.stringify(events));
  }

  async postBody(body: string, kind = 'plain'): Promise<string> {
    const received = { shopId: this.shopId, sourceId: this.sourceId, kind, dedupeKey: randomUUID(), headers: {}, body };
    const [stored] = await this.inbox.store([received]);
    return stored?.eventId ?? '';
  }

  async postAll(bodies: readonly (readonly NormalisedEvent[])[]): Promise<void> {
    await this.inbox.store(
      bodies.map((events) => ({
        shopId: this.shopId,
        sourceId: this.sourceId,
        kind: 'plain',
        dedupeKey: randomUUID(),
        headers: {},
        body: JSON.stringify(events),
      })),
    );
  }

  /** Stores the events, one body each, and processes each before the next. */
  async tell(...events: NormalisedEvent[]): Promise<void> {
    for (const event of events) {
      await this.post(event);
      await this.process.run();
    }
  }

  async publishSurvey(definition: SurveyDefinition): Promise<void> {
    await this.owner.query('insert into app.survey (shop_id, key, definition) values ($1, $2, $3)', [
      this.shopId,
      definition.key,
      definition,
    ]);
  }

  /** A run of a journey `thanks` that sent one message at 10:00 and ended at 11:00. */
  async addRun(customerId: string, orderId: string): Promise<void> {
    const [journey, version, run, message] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    await this.owner.query(
      `insert into app.journey (shop_id, id, key, title, state) values ($1, $2, 'thanks', 'Thanks', 'live')`,
      [this.shopId, journey],
    );
    await this.owner.query(
      `insert into app.journey_version (shop_id, id, journey_id, version, document, templates, content_sha256) values ($1, $2, $3, 1, '{}', '{}', '')`,
      [this.shopId, version, journey],
    );
    await this.owner.query(
      `insert into app.journey_run (shop_id, id, journey_id, version_id, customer_id, order_id, entry_key, status, state, run_month, started_at, ended_at, end_reason)
       values ($1, $2, $3, $4, $5, $6, 'k', 'completed', '{}', '2026-03-01', '2026-03-02T09:30:00Z', '2026-03-02T11:00:00Z', 'end')`,
      [this.shopId, run, journey, version, customerId, orderId],
    );
    await this.owner.query(
      `insert into app.message (shop_id, id, message_key, journey_id, version_id, run_id, step, visit, customer_id, order_id, medium, class, template, context,
         state, due_at, not_before, sent_at)
       values ($1, $2, '', $3, $4, $5, 's', 1, $6, $7, 'email', 'service', 't', '{}', 'sent', '2026-03-02T10:00:00Z', '2026-03-02T10:00:00Z', '2026-03-02T10:00:00Z')`,
      [this.shopId, message, journey, version, run, customerId, orderId],
    );
    await this.owner.query(
      `insert into app.message_content (shop_id, message_id, subject) values ($1, $2, 'Thank you')`,
      [this.shopId, message],
    );
  }

  /** As if the time had passed for which claimed bodies wait. */
  async endLeases(): Promise<void> {
    await this.owner.query(
      `update app.inbox_event set lease_until = clock_timestamp() - interval '1 second' where state = 'claimed'`,
    );
  }

  /** Puts a processed body back into the inbox. */
  async replay(inboxId: string): Promise<void> {
    await this.owner.query(`update app.inbox_event set state = 'new' where id = $1`, [inboxId]);
    await this.process.run();
  }

  async rows<T extends pgDriver.QueryResultRow>(sql: string, values: unknown[] = []): Promise<T[]> {
    return (await this.owner.query<T>(sql, values)).rows;
  }

  inShop<T>(work: (tx: Transaction) => Promise<T>, shopId = this.shopId): Promise<T> {
    return this.unitOfWork.inShop(shopId, work);
  }

  /** As the runtime role sees it, in a transaction of the given shop (or of none). */
  async seenBy(shopId: string | null, sql: string): Promise<unknown[]> {
    const read = (tx: Transaction): Promise<unknown[]> => pg(tx).query(sql);
    return shopId === null ? this.unitOfWork.acrossShops(read) : this.unitOfWork.inShop(shopId, read);
  }

  /** Counts the statements that the pool sends while `work` runs. */
  async counting(work: () => Promise<unknown>): Promise<number> {
    const prototype = pgDriver.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
    const query = prototype.query;
    let count = 0;
    prototype.query = function counted(this: unknown, ...args: unknown[]): unknown {
      count += 1;
      return query.apply(this, args);
    };
    try {
      await work();
    } finally {
      prototype.query = query;
    }
    return count;
  }
}
