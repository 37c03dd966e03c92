/** Links that lead over our own address, and who followed them. */
export const linksSql = /* sql */ `
-- {track, utmHosts}: what isn't there is as by default.
alter table app.shop add column links jsonb not null default '{}';
create trigger audited_links after update of links on app.shop
  for each row when (coalesce(current_setting('app.actor', true), '') <> '')
  execute function app.audit_row('shop', 'id', 'links');

-- Where the links lead on to, in the order of their numbers.
alter table app.message_content add column links jsonb;

alter table app.link_token drop constraint link_token_purpose_check;
alter table app.link_token add constraint link_token_purpose_check check (purpose in ('survey', 'unsubscribe', 'click'));

create table app.link_hit (
  shop_id uuid not null,
  id uuid not null default gen_random_uuid(),
  message_id uuid not null,
  position smallint not null,
  -- Business time, and the clock of leases: a machine is told by how fast it is.
  at timestamptz not null default app.now(),
  seen_at timestamptz not null default app.lease_now(),
  -- What the program calls itself, and whether that is a robot.
  agent text not null,
  is_robot boolean not null,
  -- Null until it is judged.
  is_machine boolean,
  primary key (shop_id, id),
  foreign key (shop_id, message_id) references app.message (shop_id, id)
) with (fillfactor = 80);
create index link_hit_message on app.link_hit (shop_id, message_id);
create index link_hit_unjudged on app.link_hit (seen_at) where is_machine is null;

create function app.unjudged_hits(p_quiet interval, p_limit integer) returns table (shop_id uuid, message_id uuid)
  language sql stable security definer set search_path = app, pg_temp
as $$
  select distinct h.shop_id, h.message_id from (
    select l.shop_id, l.message_id from app.link_hit l
    where l.is_machine is null and l.seen_at < app.lease_now() - p_quiet order by l.seen_at limit p_limit) h
$$;
`;
