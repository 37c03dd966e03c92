import { Injectable } from '@nestjs/common';
import {
  type ApiKey,
  ApiKeys,
  type Caller,
  type KeyRole,
  type NewApiKey,
  type Page,
  type PageRequest,
  type Transaction,
} from '#app/application';
import { afterCreated, pageOf } from '../connection/pages.js';
import { pg } from '../connection/pg-unit-of-work.js';

interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly role: KeyRole;
  readonly hint: string;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
}

const COLUMNS = 't.id, t.name, t.role, t.hint, t.created_at, t.last_used_at';

@Injectable()
export class PgApiKeys extends ApiKeys {
  async find(tx: Transaction, hash: Uint8Array): Promise<Caller | null> {
    const rows = await pg(tx).query<{ shop_id: string; id: string; role: KeyRole }>(
      'select shop_id, id, role from app.find_api_key($1)',
      [hash],
      'find-api-key',
    );
    const [row] = rows;
    return row === undefined ? null : { shopId: row.shop_id, keyId: row.id, role: row.role };
  }

  async list(tx: Transaction, page: PageRequest): Promise<Page<ApiKey>> {
    const rows = await pg(tx).query<KeyRow>(
      `select ${COLUMNS} from app.api_key t where t.revoked_at is null and ${afterCreated('app.api_key', 1, page)}
       order by t.created_at, t.id limit $2`,
      [page.after, page.limit + 1],
    );
    return pageOf(rows, page, keyOf);
  }

  async lock(tx: Transaction, id: string): Promise<ApiKey | null> {
    const rows = await pg(tx).query<KeyRow>(
      `select ${COLUMNS} from app.api_key t where t.id = $1 and t.revoked_at is null for update`,
      [id],
    );
    return rows[0] === undefined ? null : keyOf(rows[0]);
  }

  async lockAll(tx: Transaction): Promise<number> {
    const rows = await pg(tx).query('select id from app.api_key where revoked_at is null order by id for update');
    return rows.length;
  }

  async insert(tx: Transaction, key: NewApiKey): Promise<void> {
    await pg(tx).run(
      'insert into app.api_key (shop_id, id, name, role, key_hash, hint) values (app.current_shop(), $1, $2, $3, $4, $5)',
      [key.id, key.name, key.role, key.hash, key.hint],
    );
  }

  async ensure(tx: Transaction, key: NewApiKey): Promise<void> {
    await pg(tx).run(
      `insert into app.api_key as k (shop_id, id, name, role, key_hash, hint) values (app.current_shop(), $1, $2, $3, $4, $5)
       on conflict (key_hash) do update set revoked_at = null, role = excluded.role where k.revoked_at is not null`,
      [key.id, key.name, key.role, key.hash, key.hint],
    );
  }

  async revoke(tx: Transaction, id: string): Promise<void> {
    await pg(tx).run('update app.api_key set revoked_at = app.now() where id = $1', [id]);
  }

  async touch(tx: Transaction, id: string): Promise<void> {
    await pg(tx).run('update app.api_key set last_used_at = app.now() where id = $1', [id]);
  }
}

function keyOf(row: KeyRow): ApiKey {
  const { id, name, role, hint } = row;
  return { id, name, role, hint, createdAt: row.created_at.getTime(), lastUsedAt: row.last_used_at?.getTime() ?? null };
}
