import { Injectable } from '@nestjs/common';
import { type AddressKey, BouncedAddresses, type StoredBounces, type Transaction } from '#app/application';
import { type Instant, type Medium, toIso } from '#app/domain';
import { pg } from '../connection/pg-unit-of-work.js';

interface Row {
  readonly medium: Medium;
  readonly fingerprint: string;
  readonly bounced_at: readonly Date[];
  readonly alive_at: Date | null;
}

/** One look-up by key for each. */
const READ = `
select b.medium, encode(b.address_hmac, 'hex') as fingerprint, b.bounced_at, b.alive_at
from unnest($1::text[], $2::text[]) as a (medium, fingerprint)
cross join lateral (
  select * from app.soft_bounce s where s.shop_id = app.current_shop() and s.medium = a.medium
    and s.address_hmac = decode(a.fingerprint, 'hex') offset 0) b`;

const SAVE = `
insert into app.soft_bounce (shop_id, medium, address_hmac, bounced_at, alive_at, held_at, held_until)
select app.current_shop(), r.medium, decode(r.fingerprint, 'hex'), r.bounced_at, r.alive_at, r.held_at, r.held_until
from json_to_recordset($1::json) as r (medium text, fingerprint text, bounced_at timestamptz[], alive_at timestamptz, held_at timestamptz,
  held_until timestamptz)
order by r.medium, r.fingerprint
on conflict (shop_id, medium, address_hmac) do update set
  bounced_at = excluded.bounced_at, alive_at = excluded.alive_at, held_at = excluded.held_at, held_until = excluded.held_until`;

@Injectable()
export class PgBouncedAddresses extends BouncedAddresses {
  async read(tx: Transaction, addresses: readonly AddressKey[]): Promise<StoredBounces[]> {
    const values = [addresses.map(({ medium }) => medium), addresses.map(({ fingerprint }) => fingerprint)];
    const rows = await pg(tx).query<Row & { [column: string]: unknown }>(READ, values, 'bounces_read');
    return rows.map(({ medium, fingerprint, bounced_at, alive_at }) => ({
      medium,
      fingerprint,
      bouncedAt: bounced_at.map((at) => at.getTime()),
      aliveAt: alive_at?.getTime() ?? null,
    }));
  }

  async save(
    tx: Transaction,
    addresses: readonly (StoredBounces & {
      readonly hold: { readonly since: Instant; readonly until: Instant } | null;
    })[],
  ): Promise<void> {
    const rows = addresses.map(({ medium, fingerprint, bouncedAt, aliveAt, hold }) => ({
      medium,
      fingerprint,
      bounced_at: bouncedAt.map(toIso),
      alive_at: aliveAt === null ? null : toIso(aliveAt),
      held_at: hold && toIso(hold.since),
      held_until: hold && toIso(hold.until),
    }));
    await pg(tx).query(SAVE, [JSON.stringify(rows)], 'bounces_save');
  }
}
