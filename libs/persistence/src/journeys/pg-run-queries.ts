import { Injectable } from '@nestjs/common';
import {
  type Page,
  type PageRequest,
  type RunFilter,
  RunQueries,
  type RunSummary,
  toPage,
  type Transaction,
} from '#app/application';
import { type JournalEntry, type JournalKind, type Json, type RunStatus, toIso } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { pg } from '../connection/pg-unit-of-work.js';

interface SummaryRow extends QueryResultRow {
  readonly id: string;
  readonly journey: string;
  readonly version: number;
  readonly customer_id: string;
  readonly order_id: string | null;
  readonly order_external_id: string | null;
  readonly entry_key: string;
  readonly status: RunStatus;
  readonly step: string | null;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly end_reason: string | null;
  readonly goal_at: string | null;
  readonly wakes_at: Date | null;
}

@Injectable()
export class PgRunQueries extends RunQueries {
  async list(tx: Transaction, filter: RunFilter, { limit, after }: PageRequest): Promise<Page<RunSummary>> {
    const values: unknown[] = [limit + 1];
    const conditions: string[] = [];
    const add = (condition: (place: string) => string, value: string | null | undefined): void => {
      if (value === undefined || value === null) return;
      values.push(value);
      conditions.push(condition(`$${values.length}`));
    };
    add(
      (place) => `r.journey_id = (select id from app.journey where shop_id = app.current_shop() and key = ${place})`,
      filter.journey,
    );
    add((place) => `r.customer_id = ${place}::uuid`, filter.customerId);
    add((place) => `r.order_id = ${place}::uuid`, filter.orderId);
    add(
      (place) =>
        `r.order_id = (select id from app.orders where shop_id = app.current_shop() and external_id = ${place})`,
      filter.order,
    );
    add((place) => `r.id < ${place}::uuid`, after);
    const rows = await pg(tx).query<SummaryRow>(
      `${SELECT} ${conditions.map((text) => `and ${text}`).join(' ')} order by r.id desc limit $1`,
      values,
    );
    return toPage(rows.map(toSummary), limit);
  }

  async find(tx: Transaction, runId: string): Promise<RunSummary | null> {
    const [row] = await pg(tx).query<SummaryRow>(`${SELECT} and r.id = $1`, [runId]);
    return row ? toSummary(row) : null;
  }

  async journal(tx: Transaction, runId: string): Promise<JournalEntry[]> {
    const rows = await pg(tx).query<{
      seq: number;
      kind: JournalKind;
      step: string | null;
      at: Date;
      data: Record<string, Json>;
    }>(
      `select l.seq, l.kind, l.step, l.at, l.data from app.journey_run r
       join app.run_journal l on l.shop_id = r.shop_id and l.run_month = r.run_month and l.run_id = r.id
       where r.shop_id = app.current_shop() and r.id = $1 order by l.seq`,
      [runId],
    );
    return rows.map(({ seq, kind, step, at, data }) => ({ seq, kind, step, at: toIso(at.getTime()), data }));
  }
}

const SELECT = `
select r.id, j.key as journey, v.version, r.customer_id, r.order_id, o.external_id as order_external_id, r.entry_key, r.status, r.step, r.started_at, r.ended_at, r.end_reason,
  r.state->>'goalAt' as goal_at, t.due_at as wakes_at
from app.journey_run r
join app.journey j on j.shop_id = r.shop_id and j.id = r.journey_id
join app.journey_version v on v.shop_id = r.shop_id and v.id = r.version_id
left join app.orders o on o.shop_id = r.shop_id and o.id = r.order_id
left join app.timer t on t.shop_id = r.shop_id and t.run_id = r.id
where r.shop_id = app.current_shop()`;

function toSummary(row: SummaryRow): RunSummary {
  return {
    id: row.id,
    journey: row.journey,
    version: row.version,
    customerId: row.customer_id,
    orderId: row.order_id,
    order: row.order_external_id,
    entryKey: row.entry_key,
    status: row.status,
    step: row.step,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    endReason: row.end_reason,
    goalAt: row.goal_at,
    wakesAt: row.wakes_at,
  };
}
