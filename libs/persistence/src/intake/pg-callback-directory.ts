import { CallbackDirectory, type Line } from '#app/application';
import type { DataSource } from 'typeorm';
import { queryAlone } from '../connection/query-alone.js';

export type CallbackSecrets = Readonly<Record<string, readonly string[]>>;

export class PgCallbackDirectory extends CallbackDirectory {
  constructor(
    private readonly dataSource: DataSource,
    private readonly secrets: CallbackSecrets,
  ) {
    super();
  }

  secretsOf(kind: string): readonly string[] {
    return Object.hasOwn(this.secrets, kind) ? (this.secrets[kind] ?? []) : [];
  }

  async shopsOfNumber({ medium, number }: Line, byOwnAccount: boolean): Promise<readonly string[]> {
    const rows = await queryAlone<{ shop_id: string }>(
      this.dataSource,
      'select shop_id from app.shops_of_number($1, $2, $3)',
      [number, byOwnAccount, medium],
      'shops_of_number',
    );
    return rows.map(({ shop_id: shopId }) => shopId);
  }
}
