import { Injectable } from '@nestjs/common';
import {
  type CaseFile,
  CaseFiles,
  type CaseFilter,
  type CaseState,
  type Page,
  type PageRequest,
  type Transaction,
} from '#app/application';
import { type CasePriority, toInstant } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { afterCreated, pageOf } from '../connection/pages.js';
import { pg } from '../connection/pg-unit-of-work.js';
import { presentId } from '../facts/present-customer.sql.js';

interface NoteRow {
  readonly title: string;
  readonly priority: CasePriority;
  readonly run: string;
  readonly step: string;
  readonly at: string;
}

interface CaseRow extends QueryResultRow {
  readonly id: string;
  readonly topic: string;
  readonly title: string;
  readonly priority: CasePriority;
  readonly state: CaseState;
  readonly customer_id: string;
  readonly order_id: string | null;
  readonly run_id: string;
  readonly opened_at: Date;
  readonly closed_at: Date | null;
  readonly outcome: string | null;
  readonly notes: readonly NoteRow[] | null;
}

const SELECT = `
select t.id, t.topic, t.title, t.priority, t.state, t.customer_id, o.external_id as order_id, t.run_id, t.opened_at, t.closed_at,
  t.outcome, (select jsonb_agg(jsonb_build_object('title', n.title, 'priority', n.priority, 'run', n.run_id, 'step', n.step, 'at', n.at)
    order by n.at, n.run_id, n.visit, n.act_index) from app.case_note n where n.shop_id = t.shop_id and n.case_id = t.id) as notes
from app.case_file t left join app.orders o on o.shop_id = t.shop_id and o.id = t.order_id
where t.shop_id = app.current_shop()`;

@Injectable()
export class PgCaseFiles extends CaseFiles {
  async list(tx: Transaction, { state, customer }: CaseFilter, page: PageRequest): Promise<Page<CaseFile>> {
    const rows = await pg(tx).query<CaseRow>(
      `${SELECT} and ($1::text is null or t.state = $1)
         and ($2::uuid is null or t.customer_id = (select ${presentId('c')} from app.customer c where c.id = $2))
         and ${afterCreated('app.case_file', 3, page)}
       order by t.created_at, t.id limit $4`,
      [state ?? null, customer ?? null, page.after, page.limit + 1],
    );
    return pageOf(rows, page, toCase);
  }

  async find(tx: Transaction, id: string): Promise<CaseFile | null> {
    const [row] = await pg(tx).query<CaseRow>(`${SELECT} and t.id = $1`, [id]);
    return row ? toCase(row) : null;
  }

  async close(tx: Transaction, id: string, outcome: string): Promise<boolean> {
    const closed = await pg(tx).run(
      `update app.case_file set state = 'closed', closed_at = app.now(), outcome = $2
       where shop_id = app.current_shop() and id = $1 and state = 'open'`,
      [id, outcome],
    );
    return closed > 0;
  }
}

function toCase(row: CaseRow): CaseFile {
  const { id, topic, title, priority, state, outcome } = row;
  return {
    id,
    topic,
    title,
    priority,
    state,
    outcome,
    customer: row.customer_id,
    order: row.order_id,
    run: row.run_id,
    openedAt: row.opened_at.getTime(),
    closedAt: row.closed_at?.getTime() ?? null,
    notes: (row.notes ?? []).map((note) => ({ ...note, at: toInstant(note.at) })),
  };
}
