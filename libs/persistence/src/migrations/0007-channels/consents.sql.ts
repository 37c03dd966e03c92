/** Everything that was ever said of consent, for as long as the person is known: longer than the timeline is kept. */
export const consentsSql = /* sql */ `
create table app.consent_record (
  shop_id uuid not null,
  -- The event that told it.
  inbox_id uuid not null,
  ordinal smallint not null,
  channel text not null,
  -- Null while only the order is known that it came with.
  customer_id uuid,
  order_external_id text,
  source_id uuid not null,
  state text not null,
  level text not null,
  -- Null: all of the channel.
  classes text[],
  proof text,
  at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (shop_id, inbox_id, ordinal, channel)
) with (fillfactor = 90);
create index consent_record_customer on app.consent_record (shop_id, customer_id, at);
create index consent_record_waiting on app.consent_record (shop_id, order_external_id) where customer_id is null;

insert into app.consent_record (shop_id, inbox_id, ordinal, channel, customer_id, order_external_id, source_id, state, level, proof, at, recorded_at)
select e.shop_id, e.inbox_id, e.ordinal, s.channel, e.customer_id, e.order_external_id, e.source_id, s.state, s.level, s.proof, e.occurred_at, e.received_at
from app.event e cross join lateral (
  select e.body->'data'->>'channel' as channel, e.body->'data'->>'state' as state, e.body->'data'->>'level' as level, e.body->'data'->>'proof' as proof
  where e.type = 'consent.changed'
  union
  select c->>'channel', 'opted_in', 'evidence', 'order ' || e.order_external_id
  from jsonb_array_elements(case when e.type = 'order.placed' then coalesce(e.body->'data'->'consents', '[]') else '[]' end) c) s
where e.type in ('consent.changed', 'order.placed');

-- Media in which an opt-in counts once the person has confirmed it.
alter table app.shop add column double_opt_in text[] not null default '{}';
create trigger audited_double_opt_in after update of double_opt_in on app.shop
  for each row when (coalesce(current_setting('app.actor', true), '') <> '')
  execute function app.audit_row('shop', 'id', 'double_opt_in');
`;
