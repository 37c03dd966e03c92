import { Injectable } from '@nestjs/common';
import {
  type EarlierRun,
  ExplainReader,
  type JourneyPeriod,
  type JourneyState,
  type MessageToExplain,
  type RefusedStart,
  type RunToExplain,
  type TimelineEvent,
  type Transaction,
  type VerdictToExplain,
} from '#app/application';
import {
  type EventView,
  type JournalEntry,
  type Json,
  type Medium,
  PermanentError,
  type RunStatus,
  type ShopFacts,
  type WrittenFacts,
} from '#app/domain';
import type { QueryResultRow } from 'pg';
import { readWritten } from '../acts/read-written.js';
import { pg } from '../connection/pg-unit-of-work.js';
import { type EventRow, toTimelineEvent } from '../facts/event-rows.js';

interface RunRow extends QueryResultRow {
  readonly id: string;
  readonly version_id: string;
  readonly version: number;
  readonly entry_key: string;
  readonly entry: EventView;
  readonly order: string | null;
  readonly status: RunStatus;
  readonly step: string | null;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly end_reason: string | null;
  readonly due_at: Date | null;
  readonly held: boolean | null;
  readonly timer_state: string | null;
}

interface LineRow extends QueryResultRow {
  readonly run_id: string;
  readonly seq: number;
  readonly kind: JournalEntry['kind'];
  readonly step: string | null;
  readonly at: Date;
  readonly data: Record<string, Json>;
}

interface MessageRow extends QueryResultRow {
  readonly id: string;
  readonly run_id: string;
  readonly step: string;
  readonly visit: number;
  readonly medium: Medium;
  readonly class: string;
  readonly state: string;
  readonly reason: string | null;
  readonly address: string | null;
  readonly held: boolean;
  readonly due_at: Date;
  readonly not_before: Date;
  readonly sent_at: Date | null;
}

interface VerdictRow extends QueryResultRow {
  readonly message_id: string;
  readonly at: Date;
  readonly verdict: VerdictToExplain['verdict'];
  readonly reason: string | null;
  readonly until: Date | null;
  readonly facts: VerdictToExplain['facts'];
}

// A batch has one time of receipt; ids are ordered by time.
const EVENTS = `
  select inbox_id, ordinal, source_id, received_at, type, occurred_at, customer_id, order_external_id, body
  from app.event where shop_id = app.current_shop() and customer_id = $1
  order by received_at, inbox_id, ordinal limit $2`;

const PERIODS = `
  select at, noted_at, state, live_version_id from app.journey_history
  where shop_id = app.current_shop() and journey_id = $1 order by id`;

const RUNS = `
  select r.id, r.version_id, v.version, r.entry_key, r.state->'entry' as entry, o.external_id as "order", r.status, r.step,
    r.started_at, r.ended_at, r.end_reason, t.due_at, t.held, t.state as timer_state
  from app.journey_run r
  join app.journey_version v on v.shop_id = r.shop_id and v.id = r.version_id
  left join app.orders o on o.shop_id = r.shop_id and o.id = r.order_id
  left join app.timer t on t.shop_id = r.shop_id and t.run_id = r.id
  where r.shop_id = app.current_shop() and r.customer_id = $1 and r.journey_id = $2
    and ($3::text is null or o.external_id = $3::text)
  order by r.started_at desc, r.id desc limit $4`;

const LINES = `
  select l.run_id, l.seq, l.kind, l.step, l.at, l.data
  from app.journey_run r
  join app.run_journal l on l.shop_id = r.shop_id and l.run_month = r.run_month and l.run_id = r.id
  where r.shop_id = app.current_shop() and r.id = any($1::uuid[]) order by l.run_id, l.seq`;

const MESSAGES = `
  select id, run_id, step, visit, medium, class, state, reason, address, held, due_at, not_before, sent_at
  from app.message where shop_id = app.current_shop() and run_id = any($1::uuid[]) order by due_at, id`;

const VERDICTS = `
  select message_id, at, verdict, reason, until, facts from app.contact_verdict
  where shop_id = app.current_shop() and message_id = any($1::uuid[]) order by epoch`;

const EARLIER = `
  select r.id, r.entry_key, r.state->'entry'->>'id' as entry_event_id, r.started_at, r.ended_at
  from app.journey_run r
  where r.shop_id = app.current_shop() and r.journey_id = $1 and r.entry_key = any($2::text[])
  order by r.started_at, r.id`;

const REFUSED = `
  select l.at, j.key as by, r.id as run, l.data->>'refused' as refused, l.data->>'detail' as detail
  from app.journey_run r
  join app.run_journal l on l.shop_id = r.shop_id and l.run_month = r.run_month and l.run_id = r.id
  join app.journey j on j.shop_id = r.shop_id and j.id = r.journey_id
  left join app.orders o on o.shop_id = r.shop_id and o.id = r.order_id
  where r.shop_id = app.current_shop() and r.customer_id = $1 and l.kind = 'act' and l.data->>'act' = 'start'
    and l.data->>'journey' = $2 and ($3::text is null or o.external_id = $3::text)
  order by l.at, r.id, l.seq limit $4`;

@Injectable()
export class PgExplainReader extends ExplainReader {
  async events(tx: Transaction, customerId: string, limit: number): Promise<TimelineEvent[]> {
    return (await pg(tx).query<EventRow & QueryResultRow>(EVENTS, [customerId, limit])).map(toTimelineEvent);
  }

  async written(tx: Transaction, customerId: string): Promise<WrittenFacts | undefined> {
    return (await readWritten(tx, [customerId])).get(customerId);
  }

  async periods(tx: Transaction, journeyId: string): Promise<JourneyPeriod[]> {
    const rows = await pg(tx).query<{ at: Date; noted_at: Date; state: JourneyState; live_version_id: string | null }>(
      PERIODS,
      [journeyId],
    );
    return rows.map(({ at, noted_at: notedAt, state, live_version_id: liveVersionId }) => ({
      at: at.getTime(),
      notedAt: notedAt.getTime(),
      state,
      liveVersionId,
    }));
  }

  async runs(
    tx: Transaction,
    { customerId, journeyId, order }: Parameters<ExplainReader['runs']>[1],
    limit: number,
  ): Promise<RunToExplain[]> {
    const rows = await pg(tx).query<RunRow>(RUNS, [customerId, journeyId, order, limit]);
    if (rows.length === 0) return [];
    const lines = await pg(tx).query<LineRow>(LINES, [rows.map(({ id }) => id)]);
    return rows.map((row) => toRun(row, lines));
  }

  async messages(tx: Transaction, runIds: readonly string[]): Promise<MessageToExplain[]> {
    const rows = await pg(tx).query<MessageRow>(MESSAGES, [runIds]);
    if (rows.length === 0) return [];
    const verdicts = await pg(tx).query<VerdictRow>(VERDICTS, [rows.map(({ id }) => id)]);
    return rows.map(({ run_id, held, due_at, not_before, sent_at, ...row }) => ({
      ...row,
      runId: run_id,
      isHeld: held,
      dueAt: due_at.getTime(),
      notBefore: not_before.getTime(),
      sentAt: sent_at && sent_at.getTime(),
      verdicts: verdicts.filter(({ message_id }) => message_id === row.id).map(toVerdict),
    }));
  }

  async earlierRuns(tx: Transaction, journeyId: string, entryKeys: readonly string[]): Promise<EarlierRun[]> {
    const rows = await pg(tx).query<{
      id: string;
      entry_key: string;
      entry_event_id: string;
      started_at: Date;
      ended_at: Date | null;
    }>(EARLIER, [journeyId, entryKeys]);
    return rows.map((row) => ({
      id: row.id,
      entryKey: row.entry_key,
      entryEventId: row.entry_event_id,
      startedAt: row.started_at.getTime(),
      endedAt: row.ended_at && row.ended_at.getTime(),
    }));
  }

  async refusedStarts(
    tx: Transaction,
    { customerId, journey, order }: Parameters<ExplainReader['refusedStarts']>[1],
    limit: number,
  ): Promise<RefusedStart[]> {
    const rows = await pg(tx).query<Omit<RefusedStart, 'at'> & { at: Date } & QueryResultRow>(REFUSED, [
      customerId,
      journey,
      order,
      limit,
    ]);
    return rows.map(({ at, ...row }) => ({ ...row, at: at.getTime() }));
  }

  async shop(tx: Transaction): Promise<{ facts: ShopFacts; isPaused: boolean }> {
    const [row] = await pg(tx).query<ShopFacts & { isPaused: boolean } & QueryResultRow>(
      `select id, name, time_zone as "timeZone", currency, locale, paused_at is not null as "isPaused"
       from app.shop where id = app.current_shop()`,
    );
    if (!row)
      throw new PermanentError('not_found', 'This shop does not exist. Check the key that the call was made with.');
    const { isPaused, ...facts } = row;
    return { facts, isPaused };
  }
}

function toVerdict({ at, verdict, reason, until, facts }: VerdictRow): VerdictToExplain {
  return { at: at.getTime(), verdict, reason, until: until && until.getTime(), facts };
}

function toRun(row: RunRow, lines: readonly LineRow[]): RunToExplain {
  const { id, version, entry, order, status, step } = row;
  const timer = row.due_at && {
    dueAt: row.due_at.getTime(),
    isHeld: row.held ?? false,
    isDead: row.timer_state === 'dead',
  };
  return {
    id,
    version,
    entry,
    order,
    status,
    step,
    versionId: row.version_id,
    entryKey: row.entry_key,
    startedAt: row.started_at.getTime(),
    endedAt: row.ended_at && row.ended_at.getTime(),
    endReason: row.end_reason,
    timer,
    journal: lines
      .filter((line) => line.run_id === id)
      .map(({ seq, kind, step: at, at: time, data }) => ({ seq, kind, step: at, at: time.toISOString(), data })),
  };
}
