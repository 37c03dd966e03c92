import { Injectable } from '@nestjs/common';
import { type CompiledTemplates, JourneyReader, type StoredVersion, type Transaction } from '#app/application';
import { type JourneyDocument, PermanentError } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { pg } from '../connection/pg-unit-of-work.js';
import { keepJourneyStates } from './lifecycle-lock.js';

/** Versions kept in memory, all shops together; documents with their compiled templates take some 100 KB each. */
const MAX_KEPT = 1_000;

interface VersionRow extends QueryResultRow {
  readonly id: string;
  readonly journey_id: string;
  readonly key: string;
  readonly version: number;
  readonly document: JourneyDocument;
  readonly templates: CompiledTemplates;
}

const LIVE = `
  select j.live_version_id from app.journey j
  where j.shop_id = app.current_shop() and j.state = 'live' order by j.key`;
const ENTERABLE = `
  select j.live_version_id from app.journey j join app.shop s on s.id = j.shop_id
  where j.shop_id = app.current_shop() and j.state = 'live'
    and (s.paused_at is null or s.pause_scope = 'all') order by j.key`;

/** Versions never change, so they are kept per process; which ones are live is asked each time. */
@Injectable()
export class PgJourneyReader extends JourneyReader {
  /** By shop and id, least recently used first: a shop never gets another shop's version out of memory. */
  private readonly kept = new Map<string, StoredVersion>();

  async version(tx: Transaction, versionId: string): Promise<StoredVersion> {
    const version = (await this.versions(tx, [versionId])).get(versionId);
    if (!version) throw new PermanentError('not_found', `There is no journey version ${versionId}.`);
    return version;
  }

  async versions(tx: Transaction, versionIds: readonly string[]): Promise<ReadonlyMap<string, StoredVersion>> {
    const found = new Map<string, StoredVersion>();
    const missing = new Set<string>();
    for (const id of versionIds) {
      const version = this.recall(`${tx.shopId}|${id}`);
      if (version) found.set(id, version);
      else missing.add(id);
    }
    if (missing.size > 0) for (const version of await this.load(tx, [...missing])) found.set(version.id, version);
    return found;
  }

  live(tx: Transaction): Promise<readonly StoredVersion[]> {
    return this.inState(tx, LIVE, 'journeys_live');
  }

  enterable(tx: Transaction): Promise<readonly StoredVersion[]> {
    return this.inState(tx, ENTERABLE, 'journeys_enterable');
  }

  private async inState(tx: Transaction, sql: string, name: string): Promise<readonly StoredVersion[]> {
    const kept = keepJourneyStates(tx);
    // runs after the lock, so that it sees what those who held it before have done
    const listed = pg(tx).query<{ live_version_id: string }>(sql, [], name);
    const [rows] = await Promise.all([listed, kept]);
    const ids = rows.map((row) => row.live_version_id);
    const versions = await this.versions(tx, ids);
    return ids.flatMap((id) => versions.get(id) ?? []);
  }

  private recall(key: string): StoredVersion | undefined {
    const version = this.kept.get(key);
    if (version) {
      this.kept.delete(key);
      this.kept.set(key, version);
    }
    return version;
  }

  private async load(tx: Transaction, ids: readonly string[]): Promise<StoredVersion[]> {
    const rows = await pg(tx).query<VersionRow>(
      `select v.id, v.journey_id, j.key, v.version, v.document, v.templates
       from app.journey_version v join app.journey j on j.shop_id = v.shop_id and j.id = v.journey_id
       where v.shop_id = app.current_shop() and v.id = any($1::uuid[])`,
      [ids],
    );
    return rows.map((row) => {
      const { id, key, version, document, templates } = row;
      const stored: StoredVersion = { id, journeyId: row.journey_id, key, version, document, templates };
      if (this.kept.size >= MAX_KEPT) this.kept.delete(this.kept.keys().next().value ?? '');
      this.kept.set(`${tx.shopId}|${id}`, stored);
      return stored;
    });
  }
}
