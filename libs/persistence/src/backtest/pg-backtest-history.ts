import { Injectable } from '@nestjs/common';
import {
  BacktestHistory,
  type HistoryPlace,
  type JourneyVersionRef,
  type RecordedContact,
  type RecordedMessage,
  type RecordedPage,
  type RecordedSuppression,
  type Stretch,
  type TimelineEvent,
  type Transaction,
  type WaitingRun,
} from '#app/application';
import { type Instant, type Medium, type RunState, toIso } from '#app/domain';
import { pg } from '../connection/pg-unit-of-work.js';
import { type EventRow, toTimelineEvent } from '../facts/event-rows.js';
import { presentId } from '../facts/present-customer.sql.js';
import { EVENTS, LAST_EVENT, SENT_BY, SENT_BY_OTHERS, SUPPRESSIONS, VERSION, WAITING_RUN } from './backtest.sql.js';

/** Messages of one page. */
const PAGE = 2_000;
const NOBODY = '00000000-0000-0000-0000-000000000000';

interface SentRow {
  readonly id: string;
  readonly due_at: Date;
  readonly customer_id: string;
  readonly external_id: string | null;
  readonly step: string;
}

interface ContactRow {
  readonly id: string;
  readonly created_at: string;
  readonly customer_id: string;
  readonly key: string;
  readonly day: string;
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

/** History in PostgreSQL, read in pages along the primary keys. */
@Injectable()
export class PgBacktestHistory extends BacktestHistory {
  async findVersion(tx: Transaction, key: string, version: number | 'live' | null): Promise<JourneyVersionRef | null> {
    const number = typeof version === 'number' ? version : null;
    const rows = await pg(tx).query<{ journey_id: string; id: string }>(VERSION, [key, number, version === 'live']);
    return rows[0] ? { journeyId: rows[0].journey_id, versionId: rows[0].id } : null;
  }

  async count(tx: Transaction, before: Instant): Promise<number> {
    const [row] = await pg(tx).query<{ n: string }>(
      'select count(*) as n from app.event where shop_id = app.current_shop() and received_at < $1',
      [toIso(before)],
    );
    return Number(row?.n ?? 0);
  }

  async events(
    tx: Transaction,
    after: HistoryPlace | null,
    before: Instant,
    limit: number,
  ): Promise<readonly TimelineEvent[]> {
    const place = after ? [after.receivedAt, after.inboxId, after.ordinal] : ['-infinity', NOBODY, -1];
    const rows = await pg(tx).query<EventRow>(EVENTS, [...place, toIso(before), limit], 'backtest_events');
    return rows.map(toTimelineEvent);
  }

  async suppressions(tx: Transaction): Promise<readonly RecordedSuppression[]> {
    return pg(tx).query<{ medium: Medium; fingerprint: string; scope: 'all' | 'non_service'; since: number }>(
      SUPPRESSIONS,
    );
  }

  async sentBy(
    tx: Transaction,
    journeyId: string,
    { from, to }: Stretch,
    cursor: string | null,
  ): Promise<RecordedPage<RecordedMessage>> {
    const [dueAt, id] = cursor?.split('|') ?? ['-infinity', NOBODY];
    const values = [journeyId, toIso(from), toIso(to), dueAt, id, PAGE];
    const rows = await pg(tx).query<SentRow>(SENT_BY, values, 'backtest_sent_by');
    const last = rows.length === PAGE ? rows.at(-1) : undefined;
    return {
      items: rows.map((row) => ({
        customer: row.customer_id,
        order: row.external_id,
        step: row.step,
        dueAt: row.due_at.getTime(),
      })),
      next: last ? `${last.due_at.toISOString()}|${last.id}` : null,
    };
  }

  async sentByOthers(
    tx: Transaction,
    journeyId: string,
    { from, to }: Stretch,
    cursor: string | null,
  ): Promise<RecordedPage<RecordedContact>> {
    const [createdAt, id] = cursor?.split('|') ?? ['-infinity', NOBODY];
    const values = [journeyId, toIso(from), toIso(to), createdAt, id, PAGE];
    const rows = await pg(tx).query<ContactRow>(SENT_BY_OTHERS, values, 'backtest_sent_by_others');
    const last = rows.length === PAGE ? rows.at(-1) : undefined;
    return {
      items: rows.map((row) => ({ customer: row.customer_id, journey: row.key, day: row.day })),
      next: last ? `${last.created_at}|${last.id}` : null,
    };
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
