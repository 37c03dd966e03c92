import { Injectable } from '@nestjs/common';
import {
  type JourneyState,
  JourneyStore,
  type JourneySummary,
  type LatestVersion,
  type NewVersion,
  type ShopJourney,
  type StoredJourney,
  type Transaction,
  type VersionSummary,
} from '#app/application';
import { AfterglowError, type JourneyDocument, type MessageClass, type SurveyDefinition } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { pg } from '../connection/pg-unit-of-work.js';
import { changeJourneyStates } from './lifecycle-lock.js';

interface JourneyRow extends QueryResultRow {
  readonly id: string;
  readonly key: string;
  readonly state: JourneyState;
  readonly live_version_id: string | null;
}

interface SummaryRow extends QueryResultRow {
  readonly key: string;
  readonly title: string;
  readonly class: MessageClass;
  readonly state: JourneyState;
  readonly live_version: number | null;
  readonly latest_version: number;
  readonly waiting_runs: string;
  readonly created_at: Date;
  readonly updated_at: Date;
}

interface CurrentRow extends QueryResultRow {
  readonly key: string;
  readonly state: JourneyState;
  readonly live_version: number | null;
  readonly live_document: JourneyDocument | null;
  readonly latest_version: number;
  readonly latest_document: JourneyDocument;
}

@Injectable()
export class PgJourneyStore extends JourneyStore {
  async lockOrCreate(tx: Transaction, id: string, key: string, title: string): Promise<StoredJourney> {
    await pg(tx).query(
      `insert into app.journey (shop_id, id, key, title, state) values (app.current_shop(), $1, $2, $3, 'draft')
       on conflict (shop_id, key) do nothing`,
      [id, key, title],
    );
    const journey = await lock(tx, key);
    if (!journey) throw new AfterglowError('internal', `The journey "${key}" vanished while it was being stored.`);
    return journey;
  }

  find(tx: Transaction, key: string): Promise<StoredJourney | null> {
    return journeyByKey(tx, key, '');
  }

  async lockForChange(tx: Transaction, key: string): Promise<StoredJourney | null> {
    await changeJourneyStates(tx);
    return lock(tx, key);
  }

  async latestVersion(tx: Transaction, journeyId: string): Promise<LatestVersion | null> {
    const [row] = await pg(tx).query<{ id: string; version: number; content: string; document: JourneyDocument }>(
      `select id, version, encode(content_sha256, 'hex') as content, document from app.journey_version
       where shop_id = app.current_shop() and journey_id = $1 order by version desc limit 1`,
      [journeyId],
    );
    return row ? { id: row.id, version: row.version, contentSha256: row.content, document: row.document } : null;
  }

  async addVersion(
    tx: Transaction,
    journeyId: string,
    { id, document, templates, contentSha256 }: NewVersion,
  ): Promise<number> {
    const [row] = await pg(tx).query<{ version: number }>(
      `insert into app.journey_version (shop_id, id, journey_id, version, document, templates, content_sha256)
       select app.current_shop(), $1, $2, coalesce(max(version), 0) + 1, $3::jsonb, $4::jsonb, decode($5, 'hex')
       from app.journey_version where shop_id = app.current_shop() and journey_id = $2
       returning version`,
      [id, journeyId, JSON.stringify(document), JSON.stringify(templates), contentSha256],
    );
    await pg(tx).query(
      'update app.journey set title = $2, updated_at = app.now() where shop_id = app.current_shop() and id = $1',
      [journeyId, document.title],
    );
    return row?.version ?? 1;
  }

  async setState(tx: Transaction, journeyId: string, state: JourneyState, liveVersionId: string | null): Promise<void> {
    await pg(tx).query(
      `update app.journey set state = $2, live_version_id = $3, updated_at = app.now() where shop_id = app.current_shop() and id = $1`,
      [journeyId, state, liveVersionId],
    );
  }

  async setHeld(tx: Transaction, journeyId: string, isHeld: boolean): Promise<void> {
    await pg(tx).query(
      `update app.timer t set held = $2 from app.journey_run r
       where r.shop_id = app.current_shop() and r.journey_id = $1 and r.status = 'waiting'
         and t.shop_id = r.shop_id and t.run_id = r.id and t.held <> $2`,
      [journeyId, isHeld],
    );
    // hand-overs too: one that comes back to be tried again waits like the others
    await pg(tx).query(
      `update app.message set held = $2
       where shop_id = app.current_shop() and journey_id = $1 and state in ('queued', 'claimed', 'handing', 'unknown') and held <> $2`,
      [journeyId, isHeld],
    );
    await pg(tx).query(
      `update app.webhook_call set held = $2
       where shop_id = app.current_shop() and journey_id = $1 and state in ('queued', 'claimed') and held <> $2`,
      [journeyId, isHeld],
    );
  }

  async suppressMessages(tx: Transaction, journeyId: string, reason: string): Promise<void> {
    await pg(tx).query(
      `update app.message set state = 'suppressed', reason = $2, lease_until = null
       where shop_id = app.current_shop() and journey_id = $1 and state in ('queued', 'claimed')`,
      [journeyId, reason],
    );
  }

  async endRuns(tx: Transaction, journeyId: string, reason: string, limit: number): Promise<number> {
    const [row] = await pg(tx).query<{ n: number }>(END_RUNS, [journeyId, reason, limit]);
    return row?.n ?? 0;
  }

  async saveSurveys(tx: Transaction, surveys: readonly SurveyDefinition[]): Promise<void> {
    if (surveys.length === 0) return;
    await pg(tx).query(
      `insert into app.survey (shop_id, key, definition)
       select app.current_shop(), s.value->>'key', s.value from jsonb_array_elements($1::jsonb) as s (value)
       on conflict (shop_id, key) do update set definition = excluded.definition, updated_at = app.now()`,
      [JSON.stringify(surveys)],
    );
  }

  list(tx: Transaction): Promise<JourneySummary[]> {
    return summaries(tx, null);
  }

  async summary(tx: Transaction, key: string): Promise<JourneySummary | null> {
    return (await summaries(tx, key))[0] ?? null;
  }

  async current(tx: Transaction): Promise<ShopJourney[]> {
    const rows = await pg(tx).query<CurrentRow>(
      `select j.key, j.state, live.version as live_version, live.document as live_document, latest.version as latest_version,
         latest.document as latest_document
       from app.journey j
       join lateral (select v.version, v.document from app.journey_version v
         where v.shop_id = j.shop_id and v.journey_id = j.id order by v.version desc limit 1) latest on true
       left join app.journey_version live on live.shop_id = j.shop_id and live.id = j.live_version_id
       where j.shop_id = app.current_shop() order by j.key`,
    );
    return rows.map((row) => ({
      key: row.key,
      state: row.state,
      liveVersion: row.live_version,
      latestVersion: row.latest_version,
      document: row.live_document ?? row.latest_document,
      latest: row.latest_document,
    }));
  }

  async versions(tx: Transaction, key: string): Promise<VersionSummary[]> {
    const rows = await pg(tx).query<{ version: number; is_live: boolean; created_at: Date; document: JourneyDocument }>(
      `select v.version, coalesce(v.id = j.live_version_id, false) as is_live, v.created_at, v.document
       from app.journey j join app.journey_version v on v.shop_id = j.shop_id and v.journey_id = j.id
       where j.shop_id = app.current_shop() and j.key = $1 order by v.version desc`,
      [key],
    );
    return rows.map((row) => ({
      version: row.version,
      isLive: row.is_live,
      createdAt: row.created_at,
      document: row.document,
    }));
  }
}

const lock = (tx: Transaction, key: string): Promise<StoredJourney | null> => journeyByKey(tx, key, 'for update');

async function journeyByKey(tx: Transaction, key: string, mode: '' | 'for update'): Promise<StoredJourney | null> {
  const [row] = await pg(tx).query<JourneyRow>(
    `select id, key, state, live_version_id from app.journey where shop_id = app.current_shop() and key = $1 ${mode}`,
    [key],
  );
  return row ? { id: row.id, key: row.key, state: row.state, liveVersionId: row.live_version_id } : null;
}

async function summaries(tx: Transaction, key: string | null): Promise<JourneySummary[]> {
  const rows = await pg(tx).query<SummaryRow>(
    `select j.key, j.title, latest.class, j.state, live.version as live_version, latest.version as latest_version,
       coalesce(waiting.n, 0) as waiting_runs, j.created_at, j.updated_at
     from app.journey j
     cross join lateral (select v.version, v.document->>'class' as class from app.journey_version v
       where v.shop_id = j.shop_id and v.journey_id = j.id order by v.version desc limit 1) latest
     left join app.journey_version live on live.shop_id = j.shop_id and live.id = j.live_version_id
     left join (select r.journey_id, count(*) as n from app.journey_run r
       where r.shop_id = app.current_shop() and r.status = 'waiting' group by r.journey_id) waiting on waiting.journey_id = j.id
     where j.shop_id = app.current_shop() and ($1::text is null or j.key = $1) order by j.key`,
    [key],
  );
  return rows.map((row) => ({
    key: row.key,
    title: row.title,
    class: row.class,
    state: row.state,
    liveVersion: row.live_version,
    latestVersion: row.latest_version,
    waitingRuns: Number(row.waiting_runs),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }));
}

/** Writes what the engine writes when it ends a run. */
const END_RUNS = `
with picked as (
  select r.shop_id, r.id, r.run_month, r.step, (r.state->>'seq')::integer as seq, app.now() as at from app.journey_run r
  where r.shop_id = app.current_shop() and r.journey_id = $1 and r.status = 'waiting' order by r.id limit $3 for update
), line as (
  insert into app.run_journal (shop_id, run_month, run_id, seq, kind, step, at, data)
  select p.shop_id, p.run_month, p.id, p.seq, 'finished', p.step, p.at, jsonb_build_object('status', 'exited', 'reason', $2::text)
  from picked p
), gone as (
  delete from app.timer t using picked p where t.shop_id = p.shop_id and t.run_id = p.id
), ended as (
  update app.journey_run r set status = 'exited', step = null, ended_at = p.at, end_reason = $2,
    state = r.state || jsonb_build_object('status', 'exited', 'step', null, 'stepState', null, 'endReason', $2::text, 'seq', p.seq + 1)
  from picked p where r.shop_id = p.shop_id and r.id = p.id returning 1
)
select count(*)::integer as n from ended`;
