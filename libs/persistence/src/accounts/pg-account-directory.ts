import { Injectable } from '@nestjs/common';
import { AccountDirectory, type Allotment, type LiveAccount, type Transaction, type WarmUp } from '#app/application';
import type { Medium } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { pg } from '../connection/pg-unit-of-work.js';

interface LiveRow extends QueryResultRow {
  readonly shop_id: string;
  readonly id: string;
  readonly channel: string;
  readonly settings: string;
  readonly weight: number;
  readonly per_second: number | null;
  readonly per_day: number | null;
  readonly warm_up: WarmUp | null;
  readonly is_paused: boolean;
  readonly changed_at: Date;
}

@Injectable()
export class PgAccountDirectory extends AccountDirectory {
  async list(tx: Transaction, medium: Medium): Promise<readonly LiveAccount[]> {
    const rows = await pg(tx).query<LiveRow>('select * from app.list_provider_accounts($1)', [medium], 'accounts_list');
    return rows.map((row) => ({
      shopId: row.shop_id,
      id: row.id,
      channel: row.channel,
      sealedSettings: row.settings,
      weight: row.weight,
      perSecond: row.per_second,
      perDay: row.per_day,
      warmUp: row.warm_up,
      isPaused: row.is_paused,
      changedAt: row.changed_at.getTime(),
    }));
  }

  async take(
    tx: Transaction,
    id: string,
    wanted: number,
    perSecond: number | null,
    perDay: number | null,
  ): Promise<Allotment> {
    const [row] = await pg(tx).query<{ granted: number; is_day_over: boolean }>(
      'select * from app.take_from_account($1, $2, $3, $4)',
      [id, wanted, perSecond, perDay],
      'accounts_take',
    );
    return { granted: row?.granted ?? 0, isDayOver: row?.is_day_over ?? false };
  }
}
