import { Injectable } from '@nestjs/common';
import {
  type Page,
  type PageRequest,
  ProviderAccounts,
  type StoredAccount,
  type Transaction,
  type WarmUp,
} from '#app/application';
import type { Medium } from '#app/domain';
import { afterCreated, pageOf } from '../connection/pages.js';
import { pg } from '../connection/pg-unit-of-work.js';

interface AccountRow {
  readonly id: string;
  readonly medium: Medium;
  readonly channel: string;
  readonly name: string;
  readonly settings: string;
  readonly weight: number;
  readonly per_second: number | null;
  readonly per_day: number | null;
  readonly warm_up: WarmUp | null;
  readonly paused_at: Date | null;
  readonly created_at: Date;
  readonly handed: number;
}

const READ = `select t.id, t.medium, t.channel, t.name, t.settings, t.weight, t.per_second, t.per_day, t.warm_up, t.paused_at, t.created_at,
    coalesce((select u.handed from app.provider_account_use u where u.shop_id = t.shop_id and u.account_id = t.id
      and u.day = (app.now() at time zone 'UTC')::date), 0) as handed
  from app.provider_account t where t.deleted_at is null`;

@Injectable()
export class PgProviderAccounts extends ProviderAccounts {
  async list(tx: Transaction, page: PageRequest): Promise<Page<StoredAccount>> {
    const rows = await pg(tx).query<AccountRow>(
      `${READ} and ${afterCreated('app.provider_account', 1, page)} order by t.created_at, t.id limit $2`,
      [page.after, page.limit + 1],
    );
    return pageOf(rows, page, accountOf);
  }

  async find(tx: Transaction, id: string): Promise<StoredAccount | null> {
    const [row] = await pg(tx).query<AccountRow>(`${READ} and t.id = $1`, [id]);
    return row === undefined ? null : accountOf(row);
  }

  async lock(tx: Transaction, id: string): Promise<StoredAccount | null> {
    const [row] = await pg(tx).query<AccountRow>(`${READ} and t.id = $1 for update of t`, [id]);
    return row === undefined ? null : accountOf(row);
  }

  async insert(tx: Transaction, account: Omit<StoredAccount, 'createdAt' | 'handedToday'>): Promise<void> {
    await pg(tx).run(
      `insert into app.provider_account (shop_id, id, name, settings, weight, per_second, per_day, warm_up, paused_at, medium, channel)
       values (app.current_shop(), $1, $2, $3, $4, $5, $6, $7::jsonb, case when $8 then app.now() end, $9, $10)`,
      [...valuesOf(account), account.medium, account.channel],
    );
  }

  async update(tx: Transaction, account: StoredAccount): Promise<void> {
    await pg(tx).run(
      `update app.provider_account set name = $2, settings = $3, weight = $4, per_second = $5, per_day = $6, warm_up = $7::jsonb,
         paused_at = case when $8 then coalesce(paused_at, app.now()) end, changed_at = clock_timestamp()
       where id = $1`,
      valuesOf(account),
    );
  }

  async remove(tx: Transaction, id: string): Promise<void> {
    await pg(tx).run('update app.provider_account set deleted_at = app.now() where id = $1', [id]);
  }
}

function valuesOf(account: Omit<StoredAccount, 'createdAt' | 'handedToday'>): unknown[] {
  const { id, name, sealedSettings, weight, perSecond, perDay, warmUp, isPaused } = account;
  return [id, name, sealedSettings, weight, perSecond, perDay, warmUp && JSON.stringify(warmUp), isPaused];
}

function accountOf(row: AccountRow): StoredAccount {
  return {
    id: row.id,
    medium: row.medium,
    channel: row.channel,
    name: row.name,
    sealedSettings: row.settings,
    weight: row.weight,
    perSecond: row.per_second,
    perDay: row.per_day,
    warmUp: row.warm_up,
    isPaused: row.paused_at !== null,
    createdAt: row.created_at.getTime(),
    handedToday: row.handed,
  };
}
