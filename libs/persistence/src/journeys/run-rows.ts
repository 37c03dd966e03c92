import type { StoredRun } from '#app/application';
import type { RunState } from '#app/domain';
import type { QueryResultRow } from 'pg';

/** A run as `RUN_COLUMNS` selects it. */
export interface RunRow extends QueryResultRow {
  readonly id: string;
  readonly journey_id: string;
  readonly version_id: string;
  readonly customer_id: string;
  readonly order_id: string | null;
  readonly entry_key: string;
  readonly entry_number: number;
  readonly run_month: string;
  readonly started_at: Date;
  readonly state: RunState;
  readonly is_held: boolean;
}

/** Of `app.journey_run r join app.journey j`. */
export const RUN_COLUMNS = `r.id, r.journey_id, r.version_id, r.customer_id, r.order_id, r.entry_key, r.entry_number,
  r.run_month::text as run_month, r.started_at, r.state, j.state = 'paused' as is_held`;

export function toRun(row: RunRow): StoredRun {
  return {
    id: row.id,
    journeyId: row.journey_id,
    versionId: row.version_id,
    customerId: row.customer_id,
    orderId: row.order_id,
    entryKey: row.entry_key,
    entryNumber: row.entry_number,
    runMonth: row.run_month,
    startedAt: row.started_at.getTime(),
    state: row.state,
    isHeld: row.is_held,
  };
}
