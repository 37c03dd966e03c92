import { Injectable } from '@nestjs/common';
import {
  BacktestHistory,
  type Dealings,
  type HistoryPage,
  type JourneyVersionRef,
  type RecordedAnswer,
  type RecordedMessage,
  type RecordedSuppression,
  type Kinship,
  type Selection,
  type Stretch,
  type TimelineEvent,
  type Transaction,
  type WaitingRun,
} from '#app/application';
import {
  CONTACT_MEMORY_DAYS,
  DEFAULT_PRIORITY,
  type DomainEvent,
  type Instant,
  isBadAnswer,
  type Medium,
  type RunState,
  type SurveyScale,
  toIso,
} from '#app/domain';
import { pg } from '../connection/pg-unit-of-work.js';
import { type EventRow, toTimelineEvent } from '../facts/event-rows.js';
import { IDS_OF_EMAIL, presentId } from '../facts/present-customer.sql.js';
import {
  CURSOR_SETTINGS,
  DEALINGS,
  KINSHIPS,
  LAST_EVENT,
  OPEN_CURSOR,
  SENT_BY,
  SUPPRESSIONS,
  VERSION,
  WAITING_RUN,
} from './backtest.sql.js';

/** Events of one page, after which other work of the process has its turn. */
const PAGE = 500;
/** What was planned so long before may still count: rules look back a year, and messages wait for weeks. */
const DEALINGS_MS = (CONTACT_MEMORY_DAYS + 60) * 86_400_000;
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Times in milliseconds since 1970: a page holds hundreds, and a date costs far more to read. */
interface CastRow extends Pick<EventRow, 'inbox_id' | 'ordinal' | 'source_id' | 'type'> {
  readonly cast_id: string;
  readonly casts: number;
  readonly received_ms: number;
  /** Null: when it was received. */
  readonly occurred_ms: number | null;
  /** Null: the one whom the cast is called by. */
  readonly customer_id: string | null;
  readonly body: string;
}

interface SentRow {
  readonly due_at: Date;
  readonly left_at: Date;
  readonly customer_id: string;
  readonly external_id: string | null;
  readonly step: string;
}

interface DealingsRow {
  readonly customer: string;
  readonly messages: Dealings['messages'] | null;
  readonly answers: readonly (Omit<RecordedAnswer, 'isBad'> & { score: number; scale: SurveyScale })[] | null;
  readonly cases: Dealings['cases'] | null;
}

interface RunRow {
  readonly id: string;
  readonly version_id: string;
  readonly order_id: string | null;
  readonly entry_key: string;
  readonly entry_number: number;
  readonly started_at: Date;
  readonly state: RunState;
  readonly due_at: Date | null;
}

const OWNER_OF_EMAIL = `select ${presentId('a')} as id from app.customer a
  where a.shop_id = app.current_shop() and a.id in (${IDS_OF_EMAIL})
  order by a.created_at desc, a.id limit 1`;
const OWNER_OF_ORDER = `select o.customer_id as id from app.orders o
  where o.shop_id = app.current_shop() and o.external_id = $1`;

/** History in PostgreSQL. */
@Injectable()
export class PgBacktestHistory extends BacktestHistory {
  async findVersion(tx: Transaction, key: string, version: number | 'live' | null): Promise<JourneyVersionRef | null> {
    const number = typeof version === 'number' ? version : null;
    const rows = await pg(tx).query<{ journey_id: string; id: string }>(VERSION, [key, number, version === 'live']);
    return rows[0] ? { journeyId: rows[0].journey_id, versionId: rows[0].id } : null;
  }

  async firstPublished(tx: Transaction, journeyId: string): Promise<Instant | null> {
    const [row] = await pg(tx).query<{ at: Date | null }>(
      `select min(at) as at from app.journey_history where shop_id = app.current_shop() and journey_id = $1 and state = 'live'`,
      [journeyId],
    );
    return row?.at?.getTime() ?? null;
  }

  kinships(tx: Transaction, before: Instant): Promise<readonly Kinship[]> {
    return pg(tx).query<{ id: string; other: string }>(KINSHIPS, [toIso(before)]);
  }

  /** The next page is on its way while the last one is used. */
  async *pages(
    tx: Transaction,
    { concern: { journeyId, triggers, stretch }, before, casts }: Selection,
  ): AsyncGenerator<HistoryPage> {
    const client = pg(tx);
    const together = casts === null ? NOBODY : null;
    const kin = [[...(casts?.keys() ?? [])], [...(casts?.values() ?? [])]];
    const span = [toIso(stretch.from), toIso(stretch.to), toIso(before)];
    await client.query(CURSOR_SETTINGS);
    await client.query(OPEN_CURSOR, [together, ...kin, journeyId, triggers, ...span]);
    const fetch = (): Promise<CastRow[]> => client.query<CastRow>(`fetch ${PAGE} from history`);
    const since = toIso(stretch.from - DEALINGS_MS);
    const dealingsWith = (people: readonly string[]): Promise<DealingsRow[]> =>
      client.query<DealingsRow>(
        DEALINGS,
        [[...new Set(people)], journeyId, since, DEFAULT_PRIORITY],
        'backtest_dealings',
      );
    for (let rows = await fetch(); rows.length > 0;) {
      const dealings = dealingsWith(rows.map((row) => row.customer_id ?? row.cast_id));
      const next = rows.length === PAGE ? fetch() : Promise.resolve([]);
      // told when it is waited for
      next.catch(() => undefined);
      const known = new Map((await dealings).map((row) => [row.customer, toDealings(row)]));
      yield { events: rows.map((row) => new CastEvent(row)), dealings: known, casts: rows[0]?.casts ?? 0 };
      rows = await next;
    }
  }

  async suppressions(tx: Transaction): Promise<readonly RecordedSuppression[]> {
    return pg(tx).query<{ medium: Medium; fingerprint: string; scope: 'all' | 'non_service'; since: number }>(
      SUPPRESSIONS,
    );
  }

  async sentBy(
    tx: Transaction,
    journeyId: string,
    people: readonly string[],
    { from, to }: Stretch,
  ): Promise<readonly RecordedMessage[]> {
    const values = [journeyId, people, toIso(from), toIso(to)];
    const rows = await pg(tx).query<SentRow>(SENT_BY, values, 'backtest_sent_by');
    return rows.map((row) => ({
      customer: row.customer_id,
      order: row.external_id,
      step: row.step,
      dueAt: row.due_at.getTime(),
      at: row.left_at.getTime(),
    }));
  }

  async lastEvent(
    tx: Transaction,
    type: string,
    customerId: string,
    orderExternalId: string | null,
  ): Promise<TimelineEvent | null> {
    const [row] = await pg(tx).query<EventRow>(LAST_EVENT, [type, customerId, orderExternalId]);
    return row ? toTimelineEvent(row) : null;
  }

  async findPerson(
    tx: Transaction,
    known: { readonly email: string } | { readonly order: string },
  ): Promise<string | null> {
    const [sql, value] = 'email' in known ? [OWNER_OF_EMAIL, known.email] : [OWNER_OF_ORDER, known.order];
    const [row] = await pg(tx).query<{ id: string | null }>(sql, [value]);
    return row?.id ?? null;
  }

  async findSubject(
    tx: Transaction,
    customerId: string,
    orderExternalId: string | null,
  ): Promise<{ readonly customerId: string; readonly orderId: string | null } | null> {
    const [row] = await pg(tx).query<{ id: string; order_id: string | null }>(
      `select c.id, o.id as order_id from app.customer a
       join app.customer c on c.shop_id = a.shop_id and c.id = ${presentId('a')}
       left join app.orders o on o.shop_id = c.shop_id and o.customer_id = c.id and o.external_id = $2
       where a.shop_id = app.current_shop() and a.id = $1`,
      [customerId, orderExternalId],
    );
    if (!row || (orderExternalId !== null && row.order_id === null)) return null;
    return { customerId: row.id, orderId: row.order_id };
  }

  async waitingRun(
    tx: Transaction,
    journeyId: string,
    customerId: string,
    orderId: string | null,
  ): Promise<WaitingRun | null> {
    const [row] = await pg(tx).query<RunRow>(WAITING_RUN, [journeyId, customerId, orderId]);
    if (!row) return null;
    return {
      id: row.id,
      versionId: row.version_id,
      orderId: row.order_id,
      entryKey: row.entry_key,
      entryNumber: row.entry_number,
      startedAt: row.started_at.getTime(),
      state: row.state,
      wakeAt: row.due_at && row.due_at.getTime(),
    };
  }
}

/** A row that is taken apart when it is its turn: until then a page is little more than the texts that came. */
class CastEvent {
  constructor(private readonly row: CastRow) {}

  get cast(): string {
    return this.row.cast_id;
  }

  get source(): TimelineEvent {
    const { row } = this;
    const { customer, order, data } = JSON.parse(row.body) as EventRow['body'];
    const receivedAt = toIso(row.received_ms);
    const event = {
      id: `${row.inbox_id}-${row.ordinal}`,
      type: row.type,
      occurredAt: row.occurred_ms === null ? receivedAt : toIso(row.occurred_ms),
      receivedAt,
      customer,
      order,
      data,
    } as DomainEvent;
    const { inbox_id: inboxId, ordinal, source_id: sourceId } = row;
    return { event, inboxId, ordinal, sourceId, customerId: row.customer_id ?? row.cast_id };
  }
}

function toDealings({ messages, answers, cases }: DealingsRow): Dealings {
  return {
    messages: messages ?? [],
    answers: (answers ?? []).map(({ at, knownAt, metric, score, scale }) => {
      return { at, knownAt, metric, isBad: isBadAnswer(metric, score, scale) };
    }),
    cases: cases ?? [],
  };
}
