import { randomUUID } from 'node:crypto';
import {
  ChangeJourneyState,
  CheckJourney,
  FireDueTimers,
  type FoldedEvent,
  HintPort,
  JourneyPlans,
  KeepDates,
  LinkJourneys,
  PlanEntries,
  PlanMessages,
  PreviewPublication,
  PublishJourney,
  type QueueName,
  ReadJourneys,
  ReadRuns,
  ResumeJourney,
  RunJourneys,
  RunWriter,
  type RuntimeReport,
  SaveDraft,
  SettleOverdue,
  TakeRunsOver,
  WakeRuns,
} from '#app/application';
import {
  type CustomerFacts,
  EMPTY_CUSTOMER,
  emptyOrder,
  type EventType,
  type FactsSnapshot,
  type JourneyDocument,
  type ShopFacts,
  toInstant,
} from '#app/domain';
import {
  createDataSource,
  pg,
  PgActStore,
  PgCalendarStore,
  PgClock,
  PgFactsReader,
  PgJourneyReader,
  PgJourneyStore,
  PgOverdueStore,
  PgPublicationStore,
  PgRunQueries,
  PgRunStore,
  PgShops,
  PgTimerStore,
  PgUnitOfWork,
  PgVirtualClock,
} from '#app/persistence';
import { SecretKeyring, UuidV7Ids } from '#app/platform';
import type { QueryResultRow } from 'pg';
import type { DataSource } from 'typeorm';
export { aJourney, send, step, wait } from './a-journey.js';
import { CheckerInPlace, unknownSnippets } from './checker-in-place.js';
import { PlainTemplates } from './plain-templates.js';
import { trustingGuard } from '../support/compared-clocks.js';
import { freshDatabase, type TestDatabase } from '../support/test-database.js';

class NotedHints extends HintPort {
  readonly given: QueueName[] = [];

  hint(queue: QueueName): void {
    this.given.push(queue);
  }
}

export interface Person {
  readonly customerId: string;
  readonly orderId: string;
  readonly externalOrderId: string;
  readonly customer: CustomerFacts;
}

export const NOW = '2026-03-10T12:00:00.000Z';

/** The journey runtime over a database of its own, with a virtual clock that stands at `NOW`. */
export class JourneyRig {
  readonly shop: ShopFacts = {
    id: randomUUID(),
    name: 'Tea & Co',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    locale: 'en',
  };
  readonly unitOfWork: PgUnitOfWork;
  readonly hints = new NotedHints();
  readonly secrets = new SecretKeyring(['a secret key for tests, thirty-two bytes or more']);
  readonly runtime: RunJourneys;
  readonly drafts: SaveDraft;
  readonly templates = new PlainTemplates();
  readonly plans: JourneyPlans;
  readonly checks: CheckJourney;
  readonly states: ChangeJourneyState;
  readonly journeys: ReadJourneys;
  readonly runs: ReadRuns;
  private readonly clock: PgVirtualClock;
  private readonly ids = new UuidV7Ids();
  private orders = 1_000;

  private constructor(
    private readonly database: TestDatabase,
    readonly dataSource: DataSource,
  ) {
    this.unitOfWork = new PgUnitOfWork(dataSource);
    this.clock = new PgVirtualClock(dataSource);
    const store = new PgJourneyStore();
    this.drafts = new SaveDraft(this.unitOfWork, store, this.templates, this.secrets, this.ids);
    this.plans = this.makeWriter().plans;
    const checker = new CheckerInPlace(this.templates);
    this.checks = new CheckJourney(this.unitOfWork, this.plans, checker, store, unknownSnippets);
    this.states = new ChangeJourneyState(this.unitOfWork, store, this.hints, this.checks, this.makePlanner());
    this.journeys = new ReadJourneys(this.unitOfWork, store);
    this.runs = new ReadRuns(this.unitOfWork, new PgRunQueries());
    this.runtime = this.makeRuntime();
  }

  static async start(label: string): Promise<JourneyRig> {
    const database = await freshDatabase(label);
    const dataSource = createDataSource(database.appUrl, { poolSize: 8 });
    await dataSource.initialize();
    const rig = new JourneyRig(database, dataSource);
    await rig.setNow(NOW);
    await rig.query(
      `insert into app.shop (id, name, time_zone, currency, locale) values ($1, 'Tea & Co', 'Europe/Berlin', 'EUR', 'en')`,
      [rig.shop.id],
    );
    return rig;
  }

  get ownerUrl(): string {
    return this.database.ownerUrl;
  }

  async stop(): Promise<void> {
    await this.dataSource.destroy();
    await this.database.drop();
  }

  setNow(iso: string): Promise<void> {
    return this.clock.set(toInstant(iso));
  }

  query<T extends QueryResultRow = QueryResultRow>(sql: string, values: unknown[] = []): Promise<T[]> {
    return this.unitOfWork.inShop(this.shop.id, (tx) => pg(tx).query<T>(sql, values));
  }

  /** A runtime as a process of its own would have it: with empty caches. */
  makeRuntime(): RunJourneys {
    const { runs, plans, writer } = this.makeWriter();
    return new RunJourneys(plans, runs, new PgFactsReader(), writer, this.ids);
  }

  makeTimers(): FireDueTimers {
    return new FireDueTimers(
      this.unitOfWork,
      new PgTimerStore(),
      this.makeWaker(),
      this.hints,
      trustingGuard(this.unitOfWork),
    );
  }

  makeWaker(facts = new PgFactsReader()): WakeRuns {
    const { plans, writer } = this.makeWriter();
    return new WakeRuns(new PgTimerStore(), plans, facts, writer, new PgClock(this.dataSource));
  }

  makePublisher(): PublishJourney {
    const { publications, runs } = this.makeTakeOver();
    return new PublishJourney(this.unitOfWork, new PgJourneyStore(), publications, this.states, runs);
  }

  makePreview(): PreviewPublication {
    const { publications, runs } = this.makeTakeOver();
    return new PreviewPublication(this.unitOfWork, new PgJourneyStore(), publications, this.checks, runs);
  }

  makeResumption(states = this.states): ResumeJourney {
    const { plans, writer } = this.makeWriter();
    const [overdue, clock] = [new PgOverdueStore(), new PgClock(this.dataSource)];
    const settle = new SettleOverdue(overdue, plans, new PgFactsReader(), writer, clock);
    return new ResumeJourney(this.unitOfWork, new PgJourneyStore(), states, overdue, settle, clock);
  }

  makeTakeOver() {
    const { plans, writer } = this.makeWriter();
    const publications = new PgPublicationStore(this.ids);
    const runs = new TakeRunsOver(publications, plans, new PgFactsReader(), writer, new PgClock(this.dataSource));
    return { publications, runs };
  }

  makePlanner(): PlanEntries {
    const plans = new JourneyPlans(new PgJourneyReader());
    return new PlanEntries(new PgCalendarStore(), plans, new PgFactsReader(), new PgClock(this.dataSource));
  }

  private makeWriter() {
    const runs = new PgRunStore();
    const plans = new JourneyPlans(new PgJourneyReader());
    const links = new LinkJourneys(plans, runs, this.ids);
    const dates = new KeepDates(new PgCalendarStore(), plans);
    const planner = new PlanMessages(runs, this.secrets, this.ids, new PgShops());
    const writer = new RunWriter(runs, planner, new PgActStore(), links, dates);
    return { runs, plans, writer };
  }

  async publish(document: JourneyDocument): Promise<void> {
    await this.drafts.run(this.shop.id, document);
    await this.states.publish(this.shop.id, document.key);
  }

  /** For journeys that the checker would refuse. */
  async publishUnchecked(document: JourneyDocument): Promise<void> {
    await this.drafts.run(this.shop.id, document);
    await this.goLive(document.key);
  }

  async goLive(key: string): Promise<void> {
    await this.states.goLive(this.shop.id, key, async () => {});
  }

  async person(facts: Partial<CustomerFacts> = {}): Promise<Person> {
    const [person] = await this.people(1, facts);
    return person as Person;
  }

  /** Customers with an order each. */
  async people(count: number, facts: Partial<CustomerFacts> = {}): Promise<Person[]> {
    const people = Array.from({ length: count }, () => {
      const externalOrderId = String((this.orders += 1));
      const customer: CustomerFacts = { ...EMPTY_CUSTOMER, email: `c${externalOrderId}@mail.example`, ...facts };
      return { customerId: this.ids.next(), orderId: this.ids.next(), externalOrderId, customer };
    });
    const rows = people.map((person) => ({ ...person, order: orderOf(person) }));
    await this.query(
      `insert into app.customer (shop_id, id, facts, order_count)
       select app.current_shop(), p."customerId", p.customer, 1 from jsonb_to_recordset($1::jsonb) as p ("customerId" uuid, customer jsonb)`,
      [JSON.stringify(rows)],
    );
    await this.query(
      `insert into app.orders (shop_id, id, external_id, customer_id, placed_at, facts)
       select app.current_shop(), p."orderId", p."externalOrderId", p."customerId", $2::timestamptz, p."order"
       from jsonb_to_recordset($1::jsonb) as p ("customerId" uuid, "orderId" uuid, "externalOrderId" text, "order" jsonb)`,
      [JSON.stringify(rows), NOW],
    );
    return people;
  }

  event(
    person: Person,
    type: EventType,
    options: { occurredAt?: string; withOrder?: boolean; data?: object } = {},
  ): FoldedEvent {
    const { occurredAt = NOW, withOrder = true, data = {} } = options;
    const order = orderOf(person);
    const snapshot: FactsSnapshot = {
      shop: this.shop,
      customerId: person.customerId,
      customer: person.customer,
      orderCount: 1,
      order: withOrder ? order : null,
      position: { ordinal: withOrder ? 1 : 0 },
    };
    const event = {
      id: `${this.ids.next()}-0`,
      type,
      occurredAt,
      receivedAt: NOW,
      data,
    } as unknown as FoldedEvent['event'];
    return { event, customerId: person.customerId, orderId: withOrder ? person.orderId : null, snapshot };
  }

  hear(...events: FoldedEvent[]): Promise<RuntimeReport> {
    return this.hearBy(this.runtime, events);
  }

  hearBy(runtime: RunJourneys, events: FoldedEvent[]): Promise<RuntimeReport> {
    return this.unitOfWork.inShop(this.shop.id, async (tx) => {
      const now = await new PgClock(this.dataSource).now(tx);
      return runtime.onEvents(tx, this.shop, now, events);
    });
  }

  runRows(): Promise<
    {
      id: string;
      journey_id: string;
      version_id: string;
      entry_key: string;
      entry_number: number;
      status: string;
      step: string | null;
      state: Record<string, unknown>;
      end_reason: string | null;
    }[]
  > {
    return this.query(
      'select id, journey_id, version_id, entry_key, entry_number, status, step, state, end_reason from app.journey_run order by id',
    );
  }

  messages(): Promise<
    {
      id: string;
      state: string;
      reason: string | null;
      medium: string;
      address: string | null;
      step: string;
      held: boolean;
      due_at: Date;
      run_id: string;
      template: string;
    }[]
  > {
    return this.query(
      'select id, state, reason, medium, address, step, held, due_at, run_id, template from app.message order by due_at, id',
    );
  }

  timers(): Promise<{ run_id: string; due_at: Date; state: string; held: boolean; attempts: number }[]> {
    return this.query('select run_id, due_at, state, held, attempts from app.timer order by due_at, run_id');
  }
}

function orderOf(person: Person) {
  return { ...emptyOrder(person.externalOrderId), name: `#${person.externalOrderId}`, placedAt: NOW };
}
