import { Injectable } from '@nestjs/common';
import { ErasureRegister, type RegisterPage, type Transaction } from '#app/application';
import { pg } from '../connection/pg-unit-of-work.js';

const READ = `
select
  (select coalesce(jsonb_agg(jsonb_build_object('customer', r.customer_id, 'reason', r.reason) order by r.created_at, r.id), '[]')
    from app.privacy_request r where r.shop_id = app.current_shop() and r.kind = 'erase') as erasures,
  (select coalesce(jsonb_agg(jsonb_build_object('hash', encode(n.name_hmac, 'hex'), 'erasedAt', n.erased_at)), '[]')
    from app.erased_name n where n.shop_id = app.current_shop()) as names,
  (select coalesce(jsonb_agg(jsonb_build_object('medium', s.medium, 'hash', encode(s.address_hmac, 'hex'), 'scope', s.scope)), '[]')
    from app.suppression s where s.shop_id = app.current_shop() and s.reason = 'erased') as addresses`;

const NAMES = `
insert into app.erased_name (shop_id, name_hmac, erased_at)
select app.current_shop(), decode(n.hash, 'hex'), n."erasedAt" from jsonb_to_recordset($1::jsonb) as n (hash text, "erasedAt" timestamptz)
on conflict (shop_id, name_hmac) do update set erased_at = greatest(erased_name.erased_at, excluded.erased_at)`;

const ADDRESSES = `
insert into app.suppression as s (shop_id, medium, address_hmac, scope, reason)
select app.current_shop(), a.medium, decode(a.hash, 'hex'), a.scope, 'erased'
from jsonb_to_recordset($1::jsonb) as a (medium text, hash text, scope text)
on conflict (shop_id, medium, address_hmac) do update set scope = 'all', reason = 'erased' where s.scope <> 'all' and excluded.scope = 'all'`;

@Injectable()
export class PgErasureRegister extends ErasureRegister {
  async read(tx: Transaction): Promise<RegisterPage> {
    const [row] = await pg(tx).query<RegisterPage & { [column: string]: unknown }>(READ);
    const { erasures = [], names = [], addresses = [] } = row ?? {};
    return { erasures, names, addresses };
  }

  async restore(tx: Transaction, { names, addresses }: RegisterPage): Promise<void> {
    await pg(tx).run(NAMES, [JSON.stringify(names)]);
    await pg(tx).run(ADDRESSES, [JSON.stringify(addresses)]);
  }
}
