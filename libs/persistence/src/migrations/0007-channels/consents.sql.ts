/** What an event says of consent; one of an older version never names classes. */
const SAID = `
cross join lateral (
  select e.body->'data'->>'channel' as channel, e.body->'data'->>'state' as state, e.body->'data'->>'level' as level,
    e.body->'data'->>'proof' as proof,
    case when jsonb_typeof(e.body->'data'->'classes') = 'array'
      then array(select jsonb_array_elements_text(e.body->'data'->'classes')) end as classes
  where e.type = 'consent.changed'
  union
  select c->>'channel', 'opted_in', 'evidence', 'order ' || e.order_external_id, null
  from jsonb_array_elements(case when e.type = 'order.placed' then coalesce(e.body->'data'->'consents', '[]') else '[]' end) c) s`;

const RECORDED = `
insert into app.consent_record as r (shop_id, inbox_id, ordinal, channel, customer_id, order_external_id, source_id, state, level, classes,
  proof, at, recorded_at)
select e.shop_id, e.inbox_id, e.ordinal, s.channel, e.customer_id, e.order_external_id, e.source_id, s.state, s.level, s.classes,
  s.proof, e.occurred_at, e.received_at`;

/**
 * Everything that was ever said of consent, for as long as the person is known: longer than the timeline is kept. Comes before anything
 * that others would wait for, as it reads the whole timeline.
 */
export const consentRecordsSql = /* sql */ `
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

set local statement_timeout = 0;
${RECORDED}
from app.event e ${SAID}
where e.type in ('consent.changed', 'order.placed')
on conflict do nothing;
reset statement_timeout;

-- Workers of the version before tell the timeline alone, and move its events alone to whom they belong.
create function app.keep_consents(p_from timestamptz, p_to timestamptz) returns integer
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
declare v_n integer;
begin
  ${RECORDED}
  from app.shop p cross join lateral (
    select * from app.event e where e.shop_id = p.id and e.received_at >= p_from and e.received_at < p_to
      and e.type in ('consent.changed', 'order.placed') offset 0) e ${SAID}
  where not exists (select from app.consent_record k where k.shop_id = e.shop_id and k.inbox_id = e.inbox_id and k.ordinal = e.ordinal
    and k.channel = s.channel and k.customer_id is not distinct from e.customer_id)
  order by e.shop_id, e.inbox_id, e.ordinal, s.channel
  on conflict (shop_id, inbox_id, ordinal, channel) do update set customer_id = excluded.customer_id;
  get diagnostics v_n = row_count;
  return v_n;
end $$;
`;

export const consentsSql = /* sql */ `
-- Media in which an opt-in counts once the person has confirmed it.
alter table app.shop add column double_opt_in text[] not null default '{}';
create trigger audited_double_opt_in after update of double_opt_in on app.shop
  for each row when (coalesce(current_setting('app.actor', true), '') <> '')
  execute function app.audit_row('shop', 'id', 'double_opt_in');
`;
