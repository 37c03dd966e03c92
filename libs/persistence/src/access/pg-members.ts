import { Injectable } from '@nestjs/common';
import {
  type Member,
  type MemberLogin,
  Members,
  type NewMember,
  type Page,
  type PageRequest,
  type Transaction,
} from '#app/application';
import type { Role } from '#app/domain';
import { afterCreated, pageOf } from '../connection/pages.js';
import { pg } from '../connection/pg-unit-of-work.js';

interface MemberRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly state: Member['state'];
  readonly created_at: Date;
  readonly last_login_at: Date | null;
  readonly invited_until: Date | null;
}

const COLUMNS = `t.id, t.email, t.name, t.role, t.created_at, t.last_login_at,
  case when t.disabled_at is not null then 'disabled' when t.password_hash is null and t.subject is null then 'invited' else 'active' end as state,
  case when t.invite_ends_at > app.lease_now() and t.disabled_at is null then t.invite_ends_at end as invited_until`;
const INVITATION_CLOSED = 'invite_hash = null, invite_ends_at = null';

@Injectable()
export class PgMembers extends Members {
  async findLogin(tx: Transaction, email: string, shop: string | null): Promise<MemberLogin | null> {
    const [row] = await pg(tx).query<{
      shop_id: string;
      id: string;
      password_hash: string | null;
      subject: string | null;
    }>('select shop_id, id, password_hash, subject from app.find_member($1, $2)', [email, shop]);
    return row === undefined
      ? null
      : { shopId: row.shop_id, id: row.id, passwordHash: row.password_hash, subject: row.subject };
  }

  async findInvited(tx: Transaction, hash: Uint8Array): Promise<{ shopId: string; id: string } | null> {
    const [row] = await pg(tx).query<{ shop_id: string; id: string }>(
      'select shop_id, id from app.find_invitation($1)',
      [hash],
    );
    return row === undefined ? null : { shopId: row.shop_id, id: row.id };
  }

  async list(tx: Transaction, page: PageRequest): Promise<Page<Member>> {
    const rows = await pg(tx).query<MemberRow>(
      `select ${COLUMNS} from app.member t where ${afterCreated('app.member', 1, page)} order by t.created_at, t.id limit $2`,
      [page.after, page.limit + 1],
    );
    return pageOf(rows, page, memberOf);
  }

  async lock(tx: Transaction, id: string): Promise<Member | null> {
    const [row] = await pg(tx).query<MemberRow>(`select ${COLUMNS} from app.member t where t.id = $1 for update`, [id]);
    return row === undefined ? null : memberOf(row);
  }

  async findByEmail(tx: Transaction, email: string): Promise<Member | null> {
    const [row] = await pg(tx).query<MemberRow>(`select ${COLUMNS} from app.member t where t.email = $1`, [email]);
    return row === undefined ? null : memberOf(row);
  }

  async lockOwners(tx: Transaction): Promise<string[]> {
    const rows = await pg(tx).query<{ id: string }>(
      `select t.id from app.member t where t.role = 'owner' and t.disabled_at is null
         and (t.password_hash is not null or t.subject is not null) order by t.id for update`,
    );
    return rows.map(({ id }) => id);
  }

  async insert(tx: Transaction, { id, email, name, role }: NewMember): Promise<boolean> {
    const inserted = await pg(tx).run(
      `insert into app.member (shop_id, id, email, name, role) values (app.current_shop(), $1, $2, $3, $4)
       on conflict (shop_id, email) do nothing`,
      [id, email, name, role],
    );
    return inserted > 0;
  }

  async invite(tx: Transaction, id: string, hash: Uint8Array, forSeconds: number): Promise<void> {
    await pg(tx).run(
      'update app.member set invite_hash = $2, invite_ends_at = app.lease_now() + make_interval(secs => $3) where id = $1',
      [id, hash, forSeconds],
    );
  }

  async accept(tx: Transaction, id: string, inviteHash: Uint8Array, passwordHash: string): Promise<boolean> {
    const accepted = await pg(tx).run(
      `update app.member set password_hash = $3, ${INVITATION_CLOSED}
       where id = $1 and invite_hash = $2 and invite_ends_at > app.lease_now() and disabled_at is null`,
      [id, inviteHash, passwordHash],
    );
    return accepted > 0;
  }

  async setPassword(tx: Transaction, id: string, passwordHash: string): Promise<void> {
    await pg(tx).run('update app.member set password_hash = $2 where id = $1', [id, passwordHash]);
  }

  async change(tx: Transaction, id: string, role: Role, isDisabled: boolean): Promise<void> {
    await pg(tx).run(
      `update app.member set role = $2, disabled_at = case when $3 then coalesce(disabled_at, app.now()) end where id = $1`,
      [id, role, isDisabled],
    );
  }

  async noteLogin(tx: Transaction, { id, passwordHash, subject }: Omit<MemberLogin, 'shopId'>): Promise<boolean> {
    const closed = subject === null ? '' : `, subject = $3, ${INVITATION_CLOSED}`;
    const noted = await pg(tx).run(
      `update app.member set last_login_at = app.now()${closed}
       where id = $1 and disabled_at is null and password_hash is not distinct from $2
         and ($3::text is null or subject is null or subject = $3)`,
      [id, passwordHash, subject],
    );
    return noted > 0;
  }

  async remove(tx: Transaction, id: string): Promise<void> {
    await pg(tx).run('delete from app.member where id = $1', [id]);
  }
}

function memberOf(row: MemberRow): Member {
  const { id, email, name, role, state } = row;
  return {
    id,
    email,
    name,
    role,
    state,
    createdAt: row.created_at.getTime(),
    lastLoginAt: row.last_login_at?.getTime() ?? null,
    invitedUntil: row.invited_until?.getTime() ?? null,
  };
}
