import { Injectable } from '@nestjs/common';
import {
  type ApiKey,
  ApiKeys,
  type Caller,
  type NewApiKey,
  type Page,
  type PageRequest,
  type Transaction,
} from '#app/application';
import { type Permission, type Role, toIso } from '#app/domain';
import { afterCreated, pageOf } from '../connection/pages.js';
import { pg } from '../connection/pg-unit-of-work.js';

interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly scopes: Permission[] | null;
  readonly hint: string;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
  readonly expires_at: Date | null;
}

const COLUMNS = 't.id, t.name, t.role, t.scopes, t.hint, t.created_at, t.last_used_at, t.expires_at';
const IS_VALID = 't.revoked_at is null and (t.expires_at is null or t.expires_at > app.now())';

@Injectable()
export class PgApiKeys extends ApiKeys {
  async find(tx: Transaction, hash: Uint8Array): Promise<Caller | null> {
    const rows = await pg(tx).query<{ shop_id: string; id: string; role: Role; scopes: Permission[] | null }>(
      'select shop_id, id, role, scopes from app.find_caller($1)',
      [hash],
      'find-caller',
    );
    const [row] = rows;
    return row === undefined
      ? null
      : { shopId: row.shop_id, kind: 'key', id: row.id, role: row.role, scopes: row.scopes };
  }

  async list(tx: Transaction, page: PageRequest): Promise<Page<ApiKey>> {
    const rows = await pg(tx).query<KeyRow>(
      `select ${COLUMNS} from app.api_key t where ${IS_VALID} and ${afterCreated('app.api_key', 1, page)}
       order by t.created_at, t.id limit $2`,
      [page.after, page.limit + 1],
    );
    return pageOf(rows, page, keyOf);
  }

  async lock(tx: Transaction, id: string): Promise<ApiKey | null> {
    const rows = await pg(tx).query<KeyRow>(
      `select ${COLUMNS} from app.api_key t where t.id = $1 and ${IS_VALID} for update`,
      [id],
    );
    return rows[0] === undefined ? null : keyOf(rows[0]);
  }

  async lockOwners(tx: Transaction): Promise<string[]> {
    const rows = await pg(tx).query<{ id: string }>(
      `select t.id from app.api_key t where t.revoked_at is null and t.role = 'owner' and t.scopes is null and t.expires_at is null
       order by t.id for update`,
    );
    return rows.map(({ id }) => id);
  }

  async insert(tx: Transaction, key: NewApiKey): Promise<void> {
    await pg(tx).run(
      `insert into app.api_key (shop_id, id, name, role, scopes, key_hash, hint, expires_at)
       values (app.current_shop(), $1, $2, $3, $4, $5, $6, $7::timestamptz)`,
      [
        key.id,
        key.name,
        key.role,
        key.scopes,
        key.hash,
        key.hint,
        key.expiresAt === null ? null : toIso(key.expiresAt),
      ],
    );
  }

  async ensure(tx: Transaction, key: NewApiKey): Promise<void> {
    await pg(tx).run(
      `insert into app.api_key as k (shop_id, id, name, role, key_hash, hint) values (app.current_shop(), $1, $2, $3, $4, $5)
       on conflict (key_hash) do update set revoked_at = null, role = excluded.role, scopes = null, expires_at = null
       where k.revoked_at is not null`,
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
  const { id, name, role, scopes, hint } = row;
  return {
    id,
    name,
    role,
    scopes,
    hint,
    createdAt: row.created_at.getTime(),
    lastUsedAt: row.last_used_at?.getTime() ?? null,
    expiresAt: row.expires_at?.getTime() ?? null,
  };
}
