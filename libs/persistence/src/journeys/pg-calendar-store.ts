import { Injectable } from '@nestjs/common';
import {
  CalendarStore,
  type ComingDate,
  type DateSubject,
  type EntryFailure,
  type JourneyWalk,
  type Transaction,
  type WalkedOrder,
} from '#app/application';
import { type Instant, toIso } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { pg } from '../connection/pg-unit-of-work.js';

/** Tries after which an entry is set aside as a dead letter. */
const MAX_ATTEMPTS = 5;

interface DateRow extends QueryResultRow {
  readonly journey_id: string;
  readonly subject_id: string;
  readonly customer_id: string;
  readonly order_id: string | null;
  readonly due_at: Date;
  readonly day: string;
}

interface WalkRow extends QueryResultRow {
  readonly journey_id: string;
  readonly purpose: JourneyWalk['purpose'];
  readonly due_at: Date;
  readonly seen: string | null;
}

const DATE_COLUMNS = 'journey_id, subject_id, customer_id, order_id, due_at, date::text as day';
const WALK_COLUMNS = 'journey_id, purpose, due_at, seen';
const IS_DUE = `shop_id = app.current_shop() and state = 'scheduled' and due_at <= app.now()
  and (retry_at is null or retry_at <= app.lease_now())`;

const DATES = `
  insert into app.journey_date as d (shop_id, journey_id, subject_id, customer_id, order_id, due_at, date)
  select app.current_shop(), r.journey_id, r.subject_id, r.customer_id, r.order_id, r.due_at, r.date
  from jsonb_to_recordset($1::jsonb)
    as r (journey_id uuid, subject_id uuid, customer_id uuid, order_id uuid, due_at timestamptz, date date)
  order by r.journey_id, r.subject_id
  on conflict (shop_id, journey_id, subject_id) do update
    set customer_id = excluded.customer_id, order_id = excluded.order_id, due_at = excluded.due_at, date = excluded.date,
      state = 'scheduled', attempts = 0, retry_at = null`;
/** What is as it was isn't written anew; what has come already waits for its turn. */
const KEEP = `${DATES}
  where d.due_at > app.now()
    and (d.customer_id, d.order_id, d.due_at, d.date) is distinct from (excluded.customer_id, excluded.order_id, excluded.due_at, excluded.date)`;

const SET_ASIDE = (table: 'journey_date' | 'journey_walk'): string => `
  with failed as (
    update app.${table} t set attempts = t.attempts + 1,
      state = case when $3 or t.attempts + 1 >= ${MAX_ATTEMPTS} then 'dead' else 'scheduled' end,
      retry_at = app.lease_now() + interval '1 second' * 2 ^ t.attempts
    where t.ctid = (select ctid from app.${table} where ${IS_DUE} order by due_at limit 1 for update)
    returning t.id, t.state, t.attempts
  ), letter as (
    insert into app.dead_letter (shop_id, id, kind, ref_id, code, error, attempts)
    select app.current_shop(), gen_random_uuid(), 'entry', f.id, $1, $2, f.attempts from failed f where f.state = 'dead'
    on conflict (shop_id, kind, ref_id) where state = 'open'
    do update set code = excluded.code, error = excluded.error, attempts = excluded.attempts
  )
  select count(*)::integer as n from failed`;

/** Entries that wait for their date or their turn. */
@Injectable()
export class PgCalendarStore extends CalendarStore {
  async nextShop(tx: Transaction): Promise<string | null> {
    const [row] = await pg(tx).query<{ shop: string | null }>(
      'select app.next_entry_shop() as shop',
      [],
      'calendar_next_shop',
    );
    return row?.shop ?? null;
  }

  async dueDates(tx: Transaction, limit: number): Promise<ComingDate[]> {
    const rows = await pg(tx).query<DateRow>(
      `select ${DATE_COLUMNS} from app.journey_date where ${IS_DUE} order by due_at limit $1 for update`,
      [limit],
      'calendar_due_dates',
    );
    return rows.map(toDate);
  }

  async dueWalk(tx: Transaction): Promise<JourneyWalk | null> {
    const [row] = await pg(tx).query<WalkRow>(
      `select ${WALK_COLUMNS} from app.journey_walk where ${IS_DUE} order by due_at limit 1 for update`,
      [],
      'calendar_due_walk',
    );
    return row ? toWalk(row) : null;
  }

  async keepDates(tx: Transaction, dates: readonly ComingDate[]): Promise<void> {
    await pg(tx).query(KEEP, [JSON.stringify(dates.map(dateRow))], 'calendar_keep');
  }

  async moveDates(tx: Transaction, dates: readonly ComingDate[]): Promise<void> {
    await pg(tx).query(DATES, [JSON.stringify(dates.map(dateRow))], 'calendar_move');
  }

  async dropDates(tx: Transaction, subjects: readonly DateSubject[]): Promise<void> {
    await pg(tx).query(
      `delete from app.journey_date d using unnest($1::uuid[], $2::uuid[]) as r (journey_id, subject_id)
       where d.shop_id = app.current_shop() and d.journey_id = r.journey_id and d.subject_id = r.subject_id`,
      [subjects.map(({ journeyId }) => journeyId), subjects.map(({ subjectId }) => subjectId)],
      'calendar_drop',
    );
  }

  async beginWalk(tx: Transaction, { journeyId, purpose, dueAt }: JourneyWalk): Promise<void> {
    await pg(tx).query(
      `insert into app.journey_walk as w (shop_id, journey_id, purpose, due_at) values (app.current_shop(), $1, $2, $3)
       on conflict (shop_id, journey_id) do update
         set purpose = excluded.purpose, due_at = excluded.due_at, seen = null, state = 'scheduled', attempts = 0, retry_at = null
         where not (w.purpose = 'segment' and excluded.purpose = 'segment' and w.state = 'scheduled' and w.due_at <= app.now())`,
      [journeyId, purpose, toIso(dueAt)],
    );
  }

  async moveWalk(tx: Transaction, { journeyId, dueAt, seen }: JourneyWalk): Promise<void> {
    await pg(tx).query(
      `update app.journey_walk set due_at = $2, seen = $3, attempts = 0, retry_at = null
       where shop_id = app.current_shop() and journey_id = $1`,
      [journeyId, toIso(dueAt), seen],
      'calendar_move_walk',
    );
  }

  async passOver(tx: Transaction, journeyId: string, subjectId: string): Promise<boolean> {
    const passed = await pg(tx).run(
      `update app.journey_walk set seen = $2, attempts = attempts + 1
       where shop_id = app.current_shop() and journey_id = $1 and attempts + 1 < ${MAX_ATTEMPTS}`,
      [journeyId, subjectId],
    );
    return passed > 0;
  }

  async endWalk(tx: Transaction, journeyId: string): Promise<void> {
    await pg(tx).query('delete from app.journey_walk where shop_id = app.current_shop() and journey_id = $1', [
      journeyId,
    ]);
  }

  async customers(tx: Transaction, after: string | null, limit: number): Promise<string[]> {
    const rows = await pg(tx).query<{ id: string }>(
      `select id from app.customer where shop_id = app.current_shop() and id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
         and merged_into is null
       order by id limit $2`,
      [after, limit],
    );
    return rows.map(({ id }) => id);
  }

  async orders(tx: Transaction, after: string | null, limit: number): Promise<WalkedOrder[]> {
    const rows = await pg(tx).query<{ id: string; customer_id: string }>(
      `select id, customer_id from app.orders
       where shop_id = app.current_shop() and id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000') and customer_id is not null
       order by id limit $2`,
      [after, limit],
    );
    return rows.map((row) => ({ orderId: row.id, customerId: row.customer_id }));
  }

  async setAside(tx: Transaction, { code, error, isFinal }: EntryFailure): Promise<void> {
    const values = [code, error, isFinal];
    const [row] = await pg(tx).query<{ n: number }>(SET_ASIDE('journey_date'), values);
    if (row?.n === 0) await pg(tx).query(SET_ASIDE('journey_walk'), values);
  }

  async comingDate(tx: Transaction, journeyId: string, customerId: string): Promise<ComingDate | null> {
    const [row] = await pg(tx).query<DateRow>(
      `select ${DATE_COLUMNS} from app.journey_date
       where shop_id = app.current_shop() and journey_id = $1 and customer_id = $2 order by due_at limit 1`,
      [journeyId, customerId],
    );
    return row ? toDate(row) : null;
  }

  async walkOf(tx: Transaction, journeyId: string): Promise<JourneyWalk | null> {
    const [row] = await pg(tx).query<WalkRow>(
      `select ${WALK_COLUMNS} from app.journey_walk where shop_id = app.current_shop() and journey_id = $1`,
      [journeyId],
    );
    return row ? toWalk(row) : null;
  }
}

const instant = (at: Date): Instant => at.getTime();

function toDate(row: DateRow): ComingDate {
  return {
    journeyId: row.journey_id,
    subjectId: row.subject_id,
    customerId: row.customer_id,
    orderId: row.order_id,
    dueAt: instant(row.due_at),
    date: row.day,
  };
}

function toWalk({ journey_id: journeyId, purpose, due_at: dueAt, seen }: WalkRow): JourneyWalk {
  return { journeyId, purpose, dueAt: instant(dueAt), seen };
}

function dateRow({ journeyId, subjectId, customerId, orderId, dueAt, date }: ComingDate) {
  return {
    journey_id: journeyId,
    subject_id: subjectId,
    customer_id: customerId,
    order_id: orderId,
    due_at: toIso(dueAt),
    date,
  };
}
