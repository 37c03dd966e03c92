import { Injectable } from '@nestjs/common';
import {
  type JourneyOutline,
  type JourneyState,
  type Transaction,
  type VisitCount,
  type VisitFilter,
  type VisitPage,
  Visits,
  type VisitState,
  type VisitsWanted,
} from '#app/application';
import { type Instant, toIso } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { readCursor, writeCursor } from '../connection/pages.js';
import { pg } from '../connection/pg-unit-of-work.js';

interface OutlineRow extends QueryResultRow {
  readonly id: string;
  readonly key: string;
  readonly title: string;
  readonly state: JourneyState;
  readonly live_version_id: string | null;
  readonly versions: JourneyOutline['versions'];
}

interface VisitRow extends QueryResultRow {
  readonly customer_id: string;
  readonly email: string | null;
  readonly run_id: string;
  readonly order: string | null;
  readonly step: string;
  readonly visit: number;
  readonly state: VisitState;
  readonly reason: string | null;
  readonly at: Date;
}

const CURSOR = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\|(\d{1,9})$/;

const OUTLINE = `
  select j.id, j.key, j.title, j.state, j.live_version_id, v.versions
  from app.journey j
  cross join lateral (
    select jsonb_agg(jsonb_build_object('id', v.id, 'version', v.version, 'steps', (
      select jsonb_agg(jsonb_build_object('id', s->>'id', 'kind', s->>'kind') order by n)
      from jsonb_array_elements(v.document->'steps') with ordinality as s (s, n))) order by v.version desc) as versions
    from app.journey_version v where v.shop_id = j.shop_id and v.journey_id = j.id) v
  where j.shop_id = app.current_shop() and j.key = $1`;

/** Parameters $1 to $4 of every statement over visits. */
const CHOSEN = `
  from app.step_visit t
  where t.shop_id = app.current_shop() and t.journey_id = $1
    and ($2::integer is null or t.version_id = (select v.id from app.journey_version v
      where v.shop_id = app.current_shop() and v.journey_id = $1 and v.version = $2::integer))
    and ($3::timestamptz is null or t.run_started_at >= $3::timestamptz)
    and ($4::timestamptz is null or t.run_started_at < $4::timestamptz)`;

const CHOSEN_RUNS = `
  from app.journey_run r
  where r.shop_id = app.current_shop() and r.journey_id = $1
    and ($2::integer is null or r.version_id = (select v.id from app.journey_version v
      where v.shop_id = app.current_shop() and v.journey_id = $1 and v.version = $2::integer))
    and ($3::timestamptz is null or r.started_at >= $3::timestamptz)
    and ($4::timestamptz is null or r.started_at < $4::timestamptz)`;

/**
 * Where a run has a path, that tells of all visits but the one at which it waits, and each path is read once however many took it;
 * the visits of the other runs are read one by one.
 */
const COUNTS = `
  select step, state, reason, sum(n)::integer as n from (
    select v->>0 as step, v->>1 as state, v->>2 as reason, f.n * (v->>3)::integer as n
    from (select r.path_id, count(*) as n ${CHOSEN_RUNS} and r.path_id is not null group by r.path_id) f
    join app.run_path p on p.shop_id = app.current_shop() and p.journey_id = $1 and p.id = f.path_id
    cross join lateral jsonb_array_elements(p.visits) v
    union all
    select w.step, 'waiting', case when t.held then 'paused' when t.state = 'dead' then 'stuck' when s.paused_at is not null then 'shop-paused'
      when t.run_id is null then 'event' else 'time' end, count(*)
    from (select r.id, r.step ${CHOSEN_RUNS} and r.path_id is not null and r.status = 'waiting') w
    join app.shop s on s.id = app.current_shop()
    left join app.timer t on t.shop_id = app.current_shop() and t.run_id = w.id group by 1, 2, 3
    union all
    select t.step, t.state, t.reason, count(*)
    from (select r.id ${CHOSEN_RUNS} and r.path_id is null and r.status in ('waiting', 'completed', 'exited', 'failed')) u
    join app.step_visit t on t.shop_id = app.current_shop() and t.run_id = u.id group by 1, 2, 3) counted
  group by step, state, reason order by step, state, reason`;

const LIST = `
  select c.customer_id, c.email, c.run_id, c.external_id as "order", c.step, c.visit, c.state, c.reason, c.at
  from (
    select t.customer_id, p.facts->>'email' as email, t.run_id, o.external_id, t.step, t.visit, t.state, t.reason, t.at
    from (select t.* ${CHOSEN}
      and ($5::text is null or t.step = $5) and ($6::text is null or t.state = $6) and ($7::text is null or t.reason = $7)
      and ($8::uuid is null or t.run_id >= $8::uuid)
      and ($8::uuid is null or (t.run_id, t.visit) > ($8::uuid, $9::integer))
      order by t.run_id, t.visit limit $10) t
    left join app.customer p on p.shop_id = t.shop_id and p.id = t.customer_id
    left join app.orders o on o.shop_id = t.shop_id and o.id = t.order_id) c
  order by c.run_id, c.visit`;

/** Reads app.step_visit, which says how each state follows from journal and messages, and app.run_path, which keeps what it said. */
@Injectable()
export class PgVisits extends Visits {
  async outline(tx: Transaction, key: string): Promise<JourneyOutline | null> {
    const [row] = await pg(tx).query<OutlineRow>(OUTLINE, [key]);
    if (!row) return null;
    const { id, title, state, live_version_id: liveVersionId, versions } = row;
    return { id, key: row.key, title, state, liveVersionId, versions };
  }

  async counts(tx: Transaction, filter: VisitFilter): Promise<VisitCount[]> {
    return pg(tx).query<VisitCount & QueryResultRow>(COUNTS, chosen(filter));
  }

  async list(
    tx: Transaction,
    wanted: VisitsWanted,
    { cursor, limit }: { readonly cursor: string | null; readonly limit: number },
  ): Promise<VisitPage> {
    const [run, visit] = cursor === null ? [null, null] : placeOf(cursor);
    const rows = await pg(tx).query<VisitRow>(LIST, [
      ...chosen(wanted),
      wanted.step,
      wanted.state,
      wanted.reason,
      run,
      visit,
      limit + 1,
    ]);
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return {
      items: rows.slice(0, limit).map(({ customer_id: customerId, run_id: runId, at, ...row }) => ({
        ...row,
        customerId,
        runId,
        at: at.getTime(),
      })),
      next: last ? writeCursor(last.run_id, last.visit) : null,
    };
  }
}

function chosen({ journeyId, version, from, to }: VisitFilter): unknown[] {
  const time = (at: Instant | null): string | null => (at === null ? null : toIso(at));
  return [journeyId, version, time(from), time(to)];
}

function placeOf(cursor: string): [run: string, visit: number] {
  const [run = '', visit] = readCursor(cursor, CURSOR);
  return [run, Number(visit)];
}
