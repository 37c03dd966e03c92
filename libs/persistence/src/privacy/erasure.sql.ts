import { erasedFacts } from './people-tables.js';
import { EVENTS_OF_PERSON } from './traffic-tables.js';

/** Everything that a person, given by the ids of their records, is told by. */
export const NAMES = `
select i.kind, i.value from app.customer_identity i where i.customer_id = any($1::uuid[])
union select 'email', c.facts->>'email' from app.customer c where c.id = any($1::uuid[]) and c.facts->>'email' is not null
union select 'phone', c.facts->>'phone' from app.customer c where c.id = any($1::uuid[]) and c.facts->>'phone' is not null
union select 'external', e.id from app.customer c, jsonb_array_elements_text(c.facts->'externalIds') e (id) where c.id = any($1::uuid[])
union select case m.medium when 'email' then 'email' else 'phone' end, m.address from app.message m
  where m.customer_id = any($1::uuid[]) and m.address is not null
union select 'order', o.external_id from app.orders o where o.customer_id = any($1::uuid[])`;

/** What an erasure does before anything else, in the commit that accepts it. */
export const BEGIN = {
  record: `update app.customer t set facts = ${erasedFacts('$2::jsonb')}, email = null, phone = null,
    updated_at = app.now() where t.id = any($1::uuid[])`,
  names: `insert into app.erased_name (shop_id, name_hmac, erased_at)
    select distinct app.current_shop(), n, $2::timestamptz from unnest($1::bytea[]) n
    on conflict (shop_id, name_hmac) do update set erased_at = greatest(erased_name.erased_at, excluded.erased_at)`,
  // why an address was suppressed altogether before stays: an order later doesn't end that
  addresses: `insert into app.suppression as s (shop_id, medium, address_hmac, scope, reason)
    select distinct app.current_shop(), a.medium, decode(a.fingerprint, 'hex'), 'all', 'erased' from unnest($1::text[], $2::text[]) a (medium, fingerprint)
    on conflict (shop_id, medium, address_hmac) do update set scope = 'all', reason = 'erased' where s.scope <> 'all'`,
  identities: 'delete from app.customer_identity where customer_id = any($1::uuid[])',
  links: 'delete from app.link_token where customer_id = any($1::uuid[])',
  request: 'update app.privacy_request set names = $2 where id = $1',
} as const;

export const IS_BUSY = `
select exists (select 1 from app.message m where m.customer_id = any($1::uuid[]) and m.state in ('claimed', 'handing'))
  or exists (select 1 from app.webhook_call c where c.customer_id = any($1::uuid[]) and c.state = 'claimed') as busy`;

export const FORGET_BODIES = `
with gone as (
  delete from app.inbox_event e using unnest($1::timestamptz[], $2::uuid[]) as r (received_at, id)
  where e.shop_id = app.current_shop() and e.received_at = r.received_at and e.id = r.id returning e.id
)
delete from app.dead_letter d using gone where d.shop_id = app.current_shop() and d.kind = 'inbox' and d.ref_id = gone.id`;

/** What can happen once only is remembered by its type and the sender's id of what it happened to. */
export const FORGET_KEYS = `
select app.forget_keys(array_agg(t.source_id), array_agg('once:' || t.type || ':' || k.id))
from app.event t cross join lateral (values
  (t.order_external_id), (t.order_external_id || ':' || (t.body->'data'->>'refundId')), (t.body->'customer'->>'externalId')) k (id)
where t.shop_id = app.current_shop() and (${EVENTS_OF_PERSON}) and k.id is not null`;
