import { Injectable } from '@nestjs/common';
import {
  type DeadLetter,
  type DeadLetterFilter,
  DeadLetters,
  type Page,
  type PageRequest,
  type QueueName,
  type Transaction,
} from '#app/application';
import { afterCreated, pageOf } from '../connection/pages.js';
import { pg } from '../connection/pg-unit-of-work.js';

interface LetterRow {
  readonly id: string;
  readonly kind: DeadLetter['kind'];
  readonly ref_id: string;
  readonly state: DeadLetter['state'];
  readonly code: string;
  readonly error: string;
  readonly attempts: number;
  readonly created_at: Date;
  readonly settled_at: Date | null;
  readonly settled_note: string | null;
}

const COLUMNS =
  't.id, t.kind, t.ref_id, t.state, t.code, t.error, t.attempts, t.created_at, t.settled_at, t.settled_note';

/** Each makes one kind of work claimable again and names its queue; no row: it isn't dead any more. */
const REQUEUE: Readonly<Record<DeadLetter['kind'], string>> = {
  inbox: `update app.inbox_event set state = 'new', attempts = 0, lease_until = null where id = $1 and state = 'dead' returning 'intake' as queue`,
  timer: `update app.timer set state = 'scheduled', attempts = 0, lease_until = null where run_id = $1 and state = 'dead' returning 'timers' as queue`,
  message: `update app.message set state = 'queued', reason = null, attempts = 0, claims_lost = 0, lease_until = null
    where id = $1 and state = 'failed' returning 'delivery-' || medium as queue`,
  call: `update app.webhook_call set state = 'queued', reason = null, attempts = 0, not_before = app.now(), lease_until = null
    where id = $1 and state = 'failed' returning 'delivery-webhook' as queue`,
  entry: `with dates as (
      update app.journey_date set state = 'scheduled', attempts = 0, retry_at = null where id = $1 and state = 'dead' returning 1
    ), walks as (
      update app.journey_walk set state = 'scheduled', attempts = 0, retry_at = null where id = $1 and state = 'dead' returning 1
    )
    select 'timers' as queue from (select 1 from dates union all select 1 from walks) again`,
};

const ABANDONED = 'dropped';

/** A run that nobody wakes any more is over; its journal says so. */
const END_RUN = `
  with gone as (
    delete from app.timer where run_id = $1 and state = 'dead' returning run_id
  ), picked as (
    select r.shop_id, r.id, r.run_month, r.step, (r.state->>'seq')::integer as seq, app.now() as at
    from app.journey_run r join gone on gone.run_id = r.id where r.status = 'waiting' for update of r
  ), line as (
    insert into app.run_journal (shop_id, run_month, run_id, seq, kind, step, at, data)
    select shop_id, run_month, id, seq, 'finished', step, at, jsonb_build_object('status', 'failed', 'reason', $2::text) from picked
  )
  update app.journey_run r set status = 'failed', step = null, ended_at = p.at, end_reason = $2,
    state = r.state || jsonb_build_object('status', 'failed', 'step', null, 'stepState', null, 'endReason', $2::text, 'seq', p.seq + 1)
  from picked p where r.shop_id = p.shop_id and r.id = p.id`;

@Injectable()
export class PgDeadLetters extends DeadLetters {
  async list(tx: Transaction, { state, kind }: DeadLetterFilter, page: PageRequest): Promise<Page<DeadLetter>> {
    const rows = await pg(tx).query<LetterRow>(
      `select ${COLUMNS} from app.dead_letter t
       where t.state = $1 and ($2::text is null or t.kind = $2) and ${afterCreated('app.dead_letter', 3, page)}
       order by t.created_at, t.id limit $4`,
      [state, kind, page.after, page.limit + 1],
    );
    return pageOf(rows, page, letterOf);
  }

  async lock(tx: Transaction, id: string): Promise<DeadLetter | null> {
    const [row] = await pg(tx).query<LetterRow>(`select ${COLUMNS} from app.dead_letter t where t.id = $1 for update`, [
      id,
    ]);
    return row === undefined ? null : letterOf(row);
  }

  async settle(tx: Transaction, id: string, state: 'retried' | 'dropped', note: string): Promise<void> {
    await pg(tx).run('update app.dead_letter set state = $2, settled_at = app.now(), settled_note = $3 where id = $1', [
      id,
      state,
      note,
    ]);
  }

  async abandon(tx: Transaction, { kind, refId }: DeadLetter): Promise<void> {
    if (kind === 'timer') await pg(tx).run(END_RUN, [refId, ABANDONED]);
    if (kind === 'entry') await pg(tx).run(`delete from app.journey_date where id = $1 and state = 'dead'`, [refId]);
  }

  async requeue(tx: Transaction, letter: DeadLetter): Promise<QueueName | null> {
    const [row] = await pg(tx).query<{ queue: QueueName }>(REQUEUE[letter.kind], [letter.refId]);
    return row?.queue ?? null;
  }
}

function letterOf(row: LetterRow): DeadLetter {
  const { id, kind, state, code, error, attempts } = row;
  return {
    id,
    kind,
    refId: row.ref_id,
    state,
    code,
    error,
    attempts,
    createdAt: row.created_at.getTime(),
    settledAt: row.settled_at?.getTime() ?? null,
    note: row.settled_note,
  };
}
