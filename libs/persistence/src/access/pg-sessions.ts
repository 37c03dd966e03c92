import { Injectable } from '@nestjs/common';
import { type SessionCaller, Sessions, type SessionSettings, type Transaction } from '#app/application';
import type { Role } from '#app/domain';
import { pg } from '../connection/pg-unit-of-work.js';

@Injectable()
export class PgSessions extends Sessions {
  async find(tx: Transaction, hash: Uint8Array): Promise<SessionCaller | null> {
    const [row] = await pg(tx).query<{ shop_id: string; id: string; member_id: string; role: Role }>(
      'select shop_id, id, member_id, role from app.find_session($1)',
      [hash],
      'find-session',
    );
    if (row === undefined) return null;
    return {
      shopId: row.shop_id,
      kind: 'member',
      id: row.member_id,
      sessionId: row.id,
      role: row.role,
      scopes: null,
    };
  }

  async insert(
    tx: Transaction,
    { id, memberId, hash }: { readonly id: string; readonly memberId: string; readonly hash: Uint8Array },
    { idleSeconds, maxSeconds }: SessionSettings,
  ): Promise<void> {
    await pg(tx).run(
      'delete from app.member_session where ends_at < app.lease_now() or idle_ends_at < app.lease_now()',
    );
    await pg(tx).run(
      `insert into app.member_session (shop_id, id, member_id, token_hash, idle_ends_at, ends_at)
       values (app.current_shop(), $1, $2, $3, app.lease_now() + make_interval(secs => $4), app.lease_now() + make_interval(secs => $5))`,
      [id, memberId, hash, idleSeconds, maxSeconds],
    );
  }

  async touch(tx: Transaction, id: string, { idleSeconds }: SessionSettings): Promise<void> {
    await pg(tx).run(
      'update app.member_session set seen_at = app.lease_now(), idle_ends_at = app.lease_now() + make_interval(secs => $2) where id = $1',
      [id, idleSeconds],
    );
  }

  async end(tx: Transaction, id: string): Promise<void> {
    await pg(tx).run('delete from app.member_session where id = $1', [id]);
  }

  endAll(tx: Transaction, memberId: string, except: string | null): Promise<number> {
    return pg(tx).run('delete from app.member_session where member_id = $1 and ($2::uuid is null or id <> $2)', [
      memberId,
      except,
    ]);
  }
}
