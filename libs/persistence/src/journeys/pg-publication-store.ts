import { Injectable } from '@nestjs/common';
import {
  IdPort,
  type MigrationPlan,
  type Publication,
  PublicationStore,
  type StoredRun,
  type TakenRun,
  type Transaction,
  type WaitingAtStep,
} from '#app/application';
import type { RunState } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { pg } from '../connection/pg-unit-of-work.js';
import { RUN_COLUMNS, type RunRow, toRun } from './run-rows.js';

interface WaitingRow extends QueryResultRow {
  readonly version_id: string;
  readonly version: number;
  readonly step: string;
  readonly runs: number;
}

interface PublicationRow extends QueryResultRow {
  readonly id: string;
  readonly journey_id: string;
  readonly from_version_id: string | null;
  readonly to_version_id: string;
  readonly plan: MigrationPlan;
}

interface TakenRow extends RunRow {
  readonly version_id_before: string;
  readonly state_before: RunState;
  readonly seq_after: number;
}

interface RunPage {
  readonly after: string | null;
  readonly limit: number;
}

@Injectable()
export class PgPublicationStore extends PublicationStore {
  constructor(private readonly ids: IdPort) {
    super();
  }

  async waiting(tx: Transaction, journeyId: string): Promise<WaitingAtStep[]> {
    const rows = await pg(tx).query<WaitingRow>(
      `select v.id as version_id, v.version, r.step, count(*)::integer as runs
       from app.journey_run r join app.journey_version v on v.shop_id = r.shop_id and v.id = r.version_id
       where r.shop_id = app.current_shop() and r.journey_id = $1 and r.status = 'waiting'
       group by v.id, v.version, r.step order by v.version, r.step`,
      [journeyId],
    );
    return rows.map(({ version_id: versionId, version, step, runs }) => ({ versionId, version, step, runs }));
  }

  async lockOthers(
    tx: Transaction,
    journeyId: string,
    versionId: string,
    { after, limit }: RunPage,
  ): Promise<StoredRun[]> {
    const rows = await pg(tx).query<RunRow>(
      `select ${RUN_COLUMNS} from app.journey_run r join app.journey j on j.shop_id = r.shop_id and j.id = r.journey_id
       where r.shop_id = app.current_shop() and r.journey_id = $1 and r.status = 'waiting' and r.version_id <> $2
         and ($3::uuid is null or r.id > $3)
       order by r.id limit $4 for update of r`,
      [journeyId, versionId, after, limit],
    );
    return rows.map(toRun);
  }

  async record(tx: Transaction, publication: Omit<Publication, 'id'>): Promise<Publication> {
    const { journeyId, fromVersionId, toVersionId, plan } = publication;
    const id = this.ids.next();
    await pg(tx).query(
      `insert into app.journey_publication (shop_id, id, journey_id, from_version_id, to_version_id, plan)
       values (app.current_shop(), $1, $2, $3, $4, $5::jsonb)`,
      [id, journeyId, fromVersionId, toVersionId, JSON.stringify(plan)],
    );
    return { id, ...publication };
  }

  async keep(
    tx: Transaction,
    publicationId: string,
    runs: readonly { readonly before: StoredRun; readonly seqAfter: number }[],
  ): Promise<void> {
    if (runs.length === 0) return;
    const rows = runs.map(({ before, seqAfter }) => ({
      run_id: before.id,
      version_id: before.versionId,
      state: before.state,
      seq_after: seqAfter,
    }));
    await pg(tx).query(
      `insert into app.journey_publication_run (shop_id, publication_id, run_id, version_id, state, seq_after)
       select app.current_shop(), $1, k.run_id, k.version_id, k.state, k.seq_after
       from jsonb_to_recordset($2::jsonb) as k (run_id uuid, version_id uuid, state jsonb, seq_after integer)`,
      [publicationId, JSON.stringify(rows)],
    );
  }

  async latest(tx: Transaction, journeyId: string): Promise<Publication | null> {
    const [row] = await pg(tx).query<PublicationRow>(
      `select id, journey_id, from_version_id, to_version_id, plan from app.journey_publication
       where shop_id = app.current_shop() and journey_id = $1 and undone_at is null order by id desc limit 1`,
      [journeyId],
    );
    if (!row) return null;
    const { id, journey_id: ofJourney, from_version_id: fromVersionId, to_version_id: toVersionId, plan } = row;
    return { id, journeyId: ofJourney, fromVersionId, toVersionId, plan };
  }

  async lockTaken(tx: Transaction, publicationId: string, { after, limit }: RunPage): Promise<TakenRun[]> {
    const rows = await pg(tx).query<TakenRow>(
      `select ${RUN_COLUMNS}, k.version_id as version_id_before, k.state as state_before, k.seq_after
       from app.journey_publication_run k
       join app.journey_run r on r.shop_id = k.shop_id and r.id = k.run_id
       join app.journey j on j.shop_id = r.shop_id and j.id = r.journey_id
       where k.shop_id = app.current_shop() and k.publication_id = $1 and ($2::uuid is null or k.run_id > $2)
       order by k.run_id limit $3 for update of r`,
      [publicationId, after, limit],
    );
    return rows.map((row) => ({
      run: toRun(row),
      versionIdBefore: row.version_id_before,
      before: row.state_before,
      seqAfter: row.seq_after,
    }));
  }

  async markUndone(tx: Transaction, publicationId: string): Promise<void> {
    await pg(tx).query(
      'update app.journey_publication set undone_at = app.now() where shop_id = app.current_shop() and id = $1',
      [publicationId],
    );
  }
}
