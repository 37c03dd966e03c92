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

  async shopAsking({ medium, number }: Line, shops: readonly string[]): Promise<string | null> {
    const [row] = await queryAlone<{ shop_id: string | null }>(
      this.dataSource,
      'select app.shop_asking($1, $2, $3) as shop_id',
      [number, shops, medium],
      'shop_asking',
    );
    return row?.shop_id ?? null;
  }
}
