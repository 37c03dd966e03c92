import { Injectable } from '@nestjs/common';
import {
  type LockedSource,
  type Page,
  type PageRequest,
  type Source,
  Sources,
  type StoredSource,
  type Transaction,
} from '#app/application';
import type { Json } from '#app/domain';
import { afterCreated, pageOf } from '../connection/pages.js';
import { pg } from '../connection/pg-unit-of-work.js';

interface SourceRow {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly settings: Json;
  readonly created_at: Date;
}

const COLUMNS = 't.id, t.kind, t.name, t.settings, t.created_at';

@Injectable()
export class PgSources extends Sources {
  async list(tx: Transaction, page: PageRequest): Promise<Page<Source>> {
    const rows = await pg(tx).query<SourceRow>(
      `select ${COLUMNS} from app.source t where t.deleted_at is null and ${afterCreated('app.source', 1, page)}
       order by t.created_at, t.id limit $2`,
      [page.after, page.limit + 1],
    );
    return pageOf(rows, page, sourceOf);
  }

  async find(tx: Transaction, id: string): Promise<Source | null> {
    const [row] = await pg(tx).query<SourceRow>(
      `select ${COLUMNS} from app.source t where t.id = $1 and t.deleted_at is null`,
      [id],
    );
    return row === undefined ? null : sourceOf(row);
  }

  async lock(tx: Transaction, id: string): Promise<LockedSource | null> {
    const [row] = await pg(tx).query<SourceRow & { secrets: string; wall: Date }>(
      `select ${COLUMNS}, t.secrets, app.lease_now() as wall from app.source t where t.id = $1 and t.deleted_at is null for update`,
      [id],
    );
    return row === undefined ? null : { ...sourceOf(row), sealedSecrets: row.secrets, lockedAt: row.wall.getTime() };
  }

  async insert(tx: Transaction, source: Omit<StoredSource, 'createdAt'>): Promise<void> {
    await pg(tx).run(
      'insert into app.source (shop_id, id, kind, name, secrets, settings) values (app.current_shop(), $1, $2, $3, $4, $5::jsonb)',
      [source.id, source.kind, source.name, source.sealedSecrets, JSON.stringify(source.settings)],
    );
  }

  async changeSecrets(tx: Transaction, id: string, sealedSecrets: string): Promise<void> {
    await pg(tx).run('update app.source set secrets = $2 where id = $1', [id, sealedSecrets]);
  }

  async remove(tx: Transaction, id: string): Promise<void> {
    await pg(tx).run('update app.source set deleted_at = app.now() where id = $1', [id]);
  }
}

function sourceOf({ id, kind, name, settings, created_at: createdAt }: SourceRow): Source {
  return { id, kind, name, settings, createdAt: createdAt.getTime() };
}
