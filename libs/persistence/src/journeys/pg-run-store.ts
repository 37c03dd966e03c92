import { Injectable } from '@nestjs/common';
import {
  type AddressOnMedium,
  type EarlierEntries,
  type EntryWish,
  type PlannedMessage,
  type RunChange,
  type RunsOf,
  RunStore,
  type StoredRun,
  type SuppressedAddress,
  type Transaction,
} from '#app/application';
import { type Instant, toIso } from '#app/domain';
import { pg } from '../connection/pg-unit-of-work.js';
import { RUN_COLUMNS, type RunRow, toRun } from './run-rows.js';

const isoOrNull = (at: Instant | null): string | null => (at === null ? null : toIso(at));

@Injectable()
export class PgRunStore extends RunStore {
  async lockWaiting(tx: Transaction, customerIds: readonly string[]): Promise<StoredRun[]> {
    const rows = await pg(tx).query<RunRow>(
      `select ${RUN_COLUMNS} from app.journey_run r join app.journey j on j.shop_id = r.shop_id and j.id = r.journey_id
       where r.shop_id = app.current_shop() and r.customer_id = any($1::uuid[]) and r.status = 'waiting' and j.state <> 'archived'
       order by r.id for update of r`,
      [customerIds],
      'runs_lock_waiting',
    );
    return rows.map(toRun);
  }

  async lockShortOfGoal(
    tx: Transaction,
    customerIds: readonly string[],
    journeyIds: readonly string[],
  ): Promise<StoredRun[]> {
    const rows = await pg(tx).query<RunRow>(
      `select ${RUN_COLUMNS} from app.journey_run r join app.journey j on j.shop_id = r.shop_id and j.id = r.journey_id
       where r.shop_id = app.current_shop() and r.customer_id = any($1::uuid[]) and r.journey_id = any($2::uuid[])
         and r.status <> 'waiting' and r.state->>'goalAt' is null
       order by r.id for update of r`,
      [customerIds, journeyIds],
    );
    return rows.map(toRun);
  }

  async lockUnderWay(tx: Transaction, asked: readonly RunsOf[]): Promise<(RunsOf & { runId: string })[]> {
    const values = [asked.map(({ journeyId }) => journeyId), asked.map(({ customerId }) => customerId)];
    const locked = pg(tx).query(LOCK_ENTRIES, [values[1]], 'runs_lock_entries');
    // runs after the lock, so that it sees what those who held it before have begun
    const listed = pg(tx).query<{ id: string; journey_id: string; customer_id: string }>(
      `select distinct r.id, r.journey_id, r.customer_id
       from unnest($1::uuid[], $2::uuid[]) as a (journey_id, customer_id)
       join app.journey_run r on r.customer_id = a.customer_id and r.journey_id = a.journey_id
       where r.shop_id = app.current_shop() and r.customer_id = any($2::uuid[]) and r.status = 'waiting'`,
      values,
      'runs_under_way',
    );
    const [rows] = await Promise.all([listed, locked]);
    return rows.map((row) => ({ runId: row.id, journeyId: row.journey_id, customerId: row.customer_id }));
  }

  async earlierEntries(tx: Transaction, wishes: readonly EntryWish[]): Promise<EarlierEntries[]> {
    // One look-up by key for each; the order names the index that has it, also while the table has no statistics.
    const rows = await pg(tx).query<{ journey_id: string; entry_key: string; count: number; is_waiting: boolean }>(
      `select w.journey_id, w.entry_key, max(r.entry_number) as count, bool_or(r.status = 'waiting') as is_waiting
       from unnest($1::uuid[], $2::text[]) as w (journey_id, entry_key)
       cross join lateral (
         select e.entry_number, e.status from app.journey_run e
         where e.shop_id = app.current_shop() and e.journey_id = w.journey_id and e.entry_key = w.entry_key
         order by e.entry_key, e.entry_number offset 0) r
       group by w.journey_id, w.entry_key`,
      [wishes.map((wish) => wish.journeyId), wishes.map((wish) => wish.entryKey)],
    );
    return rows.map((row) => ({
      journeyId: row.journey_id,
      entryKey: row.entry_key,
      count: row.count,
      isWaiting: row.is_waiting,
    }));
  }

  insert(tx: Transaction, changes: readonly RunChange[]): Promise<ReadonlySet<string>> {
    return insertRuns(
      tx,
      changes.filter((change) => change.isNew),
    );
  }

  async save(tx: Transaction, changes: readonly RunChange[]): Promise<void> {
    await Promise.all([
      updateRuns(
        tx,
        changes.filter((change) => !change.isNew),
      ),
      insertJournal(tx, changes),
      setTimers(tx, changes),
      deleteTimers(tx, changes),
    ]);
  }

  async planMessages(tx: Transaction, messages: readonly PlannedMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await pg(tx).query(PLAN_MESSAGES, [JSON.stringify(messages.map(messageRow))], 'runs_plan_messages');
  }

  async suppressQueued(tx: Transaction, runIds: readonly string[], reason: string): Promise<void> {
    if (runIds.length === 0) return;
    await pg(tx).query(
      `update app.message set state = 'suppressed', reason = $2
       where shop_id = app.current_shop() and run_id = any($1::uuid[]) and state = 'queued'`,
      [runIds, reason],
    );
  }

  async suppressErased(tx: Transaction, customerIds: readonly string[]): Promise<void> {
    for (const table of ['message', 'webhook_call'])
      await pg(tx).query(
        `update app.${table} set state = 'suppressed', reason = 'erased', lease_until = null
         where shop_id = app.current_shop() and state in ('queued', 'claimed') and customer_id in (
           select id from app.customer where shop_id = app.current_shop() and (id = any($1::uuid[]) or merged_into = any($1::uuid[])))`,
        [customerIds],
      );
  }

  async suppressed(tx: Transaction, addresses: readonly AddressOnMedium[]): Promise<SuppressedAddress[]> {
    if (addresses.length === 0) return [];
    return await pg(tx).query<SuppressedAddress & { [column: string]: unknown }>(
      `select s.medium, encode(s.address_hmac, 'hex') as fingerprint, s.scope
       from unnest($1::text[], $2::text[]) as a (medium, fingerprint)
       join app.suppression s on s.shop_id = app.current_shop() and s.medium = a.medium and s.address_hmac = decode(a.fingerprint, 'hex')
       union all
       select b.medium, encode(b.address_hmac, 'hex'), 'all'
       from unnest($1::text[], $2::text[]) as a (medium, fingerprint)
       join app.soft_bounce b on b.shop_id = app.current_shop() and b.medium = a.medium and b.address_hmac = decode(a.fingerprint, 'hex')
       where b.held_until > app.now()`,
      [addresses.map((address) => address.medium), addresses.map((address) => address.fingerprint)],
    );
  }
}

/** Ids of the runs whose entry exists already. */
async function insertRuns(tx: Transaction, changes: readonly RunChange[]): Promise<Set<string>> {
  if (changes.length === 0) return new Set();
  const rows = changes.map(({ run }) => ({
    ...stateColumns(run),
    journey_id: run.journeyId,
    customer_id: run.customerId,
    order_id: run.orderId,
    entry_key: run.entryKey,
    entry_number: run.entryNumber,
    run_month: run.runMonth,
    started_at: toIso(run.startedAt),
  }));
  const inserted = await pg(tx).query<{ id: string }>(INSERT_RUNS, [JSON.stringify(rows)], 'runs_insert');
  if (inserted.length === rows.length) return new Set();
  const kept = new Set(inserted.map((row) => row.id));
  return new Set(rows.map((row) => row.id).filter((id) => !kept.has(id)));
}

async function updateRuns(tx: Transaction, changes: readonly RunChange[]): Promise<void> {
  if (changes.length === 0) return;
  // The ids a second time: of the record set the planner knows nothing and would rather read the whole table.
  await pg(tx).query(
    `update app.journey_run r
     set version_id = c.version_id, status = c.status, step = c.step, state = c.state, ended_at = c.ended_at, end_reason = c.end_reason
     from jsonb_to_recordset($1::jsonb) as c (id uuid, version_id uuid, status text, step text, state jsonb, ended_at timestamptz, end_reason text)
     where r.shop_id = app.current_shop() and r.id = c.id and r.id = any($2::uuid[])`,
    [JSON.stringify(changes.map((change) => stateColumns(change.run))), changes.map((change) => change.run.id)],
    'runs_update',
  );
}

function stateColumns({ id, versionId, state }: StoredRun) {
  const hasEnded = state.status !== 'waiting' && state.status !== 'active';
  return {
    id,
    version_id: versionId,
    status: state.status,
    step: state.step,
    state,
    ended_at: hasEnded ? toIso(state.at) : null,
    end_reason: state.endReason,
  };
}

async function insertJournal(tx: Transaction, changes: readonly RunChange[]): Promise<void> {
  const rows = changes.flatMap(({ run, journal }) =>
    journal.map(({ seq, kind, step, at, data }) => ({
      run_month: run.runMonth,
      run_id: run.id,
      seq,
      kind,
      step,
      at,
      data,
    })),
  );
  if (rows.length === 0) return;
  await pg(tx).query(
    `insert into app.run_journal (shop_id, run_month, run_id, seq, kind, step, at, data)
     select app.current_shop(), l.run_month, l.run_id, l.seq, l.kind, l.step, l.at, l.data
     from jsonb_to_recordset($1::jsonb)
       as l (run_month date, run_id uuid, seq integer, kind text, step text, at timestamptz, data jsonb)`,
    [JSON.stringify(rows)],
    'runs_journal',
  );
}

async function setTimers(tx: Transaction, changes: readonly RunChange[]): Promise<void> {
  const rows = changes
    .filter((change) => typeof change.wakeAt === 'number')
    .map(({ run, wakeAt }) => ({ run_id: run.id, due_at: isoOrNull(wakeAt ?? null), held: run.isHeld }));
  if (rows.length === 0) return;
  await pg(tx).query(
    `insert into app.timer as t (shop_id, run_id, due_at, held)
     select app.current_shop(), w.run_id, w.due_at, w.held
     from jsonb_to_recordset($1::jsonb) as w (run_id uuid, due_at timestamptz, held boolean)
     on conflict (shop_id, run_id) do update
     set due_at = excluded.due_at, held = excluded.held, state = 'scheduled', epoch = t.epoch + 1, attempts = 0, lease_until = null`,
    [JSON.stringify(rows)],
    'runs_set_timers',
  );
}

async function deleteTimers(tx: Transaction, changes: readonly RunChange[]): Promise<void> {
  const ids = changes.filter((change) => change.wakeAt === null && !change.isNew).map((change) => change.run.id);
  if (ids.length === 0) return;
  await pg(tx).query(
    'delete from app.timer where shop_id = app.current_shop() and run_id = any($1::uuid[])',
    [ids],
    'runs_delete_timers',
  );
}

function messageRow(message: PlannedMessage) {
  const { run } = message;
  return {
    id: message.id,
    key: message.key,
    journey_id: run.journeyId,
    version_id: run.versionId,
    run_id: run.id,
    customer_id: run.customerId,
    order_id: run.orderId,
    held: run.isHeld,
    step: message.step,
    visit: message.visit,
    medium: message.medium,
    class: message.class,
    template: message.template,
    survey: message.survey,
    context: message.context,
    address: message.address,
    state: message.state,
    reason: message.reason,
    due_at: toIso(message.dueAt),
    expires_at: isoOrNull(message.expiresAt),
  };
}

/** In one order everywhere, so that nobody waits in a circle. */
const LOCK_ENTRIES = `
select pg_advisory_xact_lock(k.key) from (
  select distinct hashtextextended('entries|' || app.current_shop()::text || '|' || c.id::text, 0) as key
  from unnest($1::uuid[]) as c (id) order by key) k`;

const INSERT_RUNS = `
insert into app.journey_run (shop_id, id, journey_id, version_id, customer_id, order_id, entry_key, entry_number, status, step, state,
  run_month, started_at, ended_at, end_reason)
select app.current_shop(), r.id, r.journey_id, r.version_id, r.customer_id, r.order_id, r.entry_key, r.entry_number, r.status, r.step,
  r.state, r.run_month, r.started_at, r.ended_at, r.end_reason
from jsonb_to_recordset($1::jsonb) as r (id uuid, journey_id uuid, version_id uuid, customer_id uuid, order_id uuid, entry_key text,
  entry_number integer, status text, step text, state jsonb, run_month date, started_at timestamptz, ended_at timestamptz, end_reason text)
on conflict (shop_id, journey_id, entry_key, entry_number) do nothing
returning id`;

const PLAN_MESSAGES = `
insert into app.message (shop_id, id, message_key, journey_id, version_id, run_id, step, visit, customer_id, order_id, medium, class,
  template, survey, context, address, state, reason, held, due_at, not_before, expires_at, unknown_policy)
select app.current_shop(), m.id, decode(m.key, 'hex'), m.journey_id, m.version_id, m.run_id, m.step, m.visit, m.customer_id, m.order_id,
  m.medium, m.class, m.template, m.survey, m.context, m.address, m.state, m.reason, m.held, m.due_at, m.due_at, m.expires_at,
  case when m.class = 'service' and m.medium = any(s.resend_unknown) then 'resend_once' else 'hold' end
from app.shop s, jsonb_to_recordset($1::jsonb) as m (id uuid, key text, journey_id uuid, version_id uuid, run_id uuid, step text, visit integer,
  customer_id uuid, order_id uuid, medium text, class text, template text, survey jsonb, context jsonb, address text, state text,
  reason text, held boolean, due_at timestamptz, expires_at timestamptz)
where s.id = app.current_shop()
on conflict (shop_id, message_key) do nothing`;
