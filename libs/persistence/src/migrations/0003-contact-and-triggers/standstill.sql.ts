/** What stands still while a shop is paused: everything, or all but intake. */
export const standstillSql = /* sql */ `
-- 'all': nothing of the shop is worked on. 'journeys': what comes in becomes facts and runs hear of it, but nobody enters, no timer
-- rings and nothing goes out. Of no matter while paused_at is null.
alter table app.shop add column pause_scope text not null default 'all' check (pause_scope in ('all', 'journeys'));

-- As in 0001-initial, but for shops whose intake goes on while they are paused.
create or replace function app.claim_inbox(p_limit integer, p_lease interval)
  returns table (shop_id uuid, received_at timestamptz, id uuid, source_id uuid, kind text, headers jsonb, body text, attempts smallint, epoch integer)
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
declare v_shop uuid;
begin
  with recursive lane as (
    (select e.shop_id, e.received_at from app.inbox_event e where e.state in ('new', 'claimed') order by e.shop_id, e.received_at, e.seq limit 1)
    union all
    select n.shop_id, n.received_at from lane l, lateral (
      select e.shop_id, e.received_at from app.inbox_event e
      where e.state in ('new', 'claimed') and e.shop_id > l.shop_id order by e.shop_id, e.received_at, e.seq limit 1) n
  )
  select l.shop_id into v_shop from lane l join app.shop s on s.id = l.shop_id
  where (s.paused_at is null or s.pause_scope = 'journeys')
    and exists (select 1 from app.inbox_event e where e.shop_id = l.shop_id
      and (e.state = 'new' or (e.state = 'claimed' and e.lease_until < app.lease_now())))
  order by l.received_at, random() limit 1;
  if v_shop is null then return; end if;
  return query
    with picked as (
      select e.received_at, e.id from app.inbox_event e
      where e.shop_id = v_shop and (e.state = 'new' or (e.state = 'claimed' and e.lease_until < app.lease_now()))
      order by e.received_at, e.seq limit p_limit for update skip locked
    ), taken as (
      update app.inbox_event e
        set state = 'claimed', attempts = e.attempts + 1, epoch = e.epoch + 1, lease_until = app.lease_now() + p_lease
        from picked p where e.shop_id = v_shop and e.received_at = p.received_at and e.id = p.id
        returning e.*
    )
    select t.shop_id, t.received_at, t.id, t.source_id, t.kind, t.headers, t.body, t.attempts, t.epoch
    from taken t order by t.received_at, t.seq;
end $$;

-- For the virtual clock: whether anything is left to take in of shops that app.agenda() passes over because they are paused.
create function app.paused_intake() returns boolean
  language plpgsql stable security definer set search_path = app, pg_temp
as $$
declare v_open boolean;
begin
  if not exists (select 1 from app.shop s where s.paused_at is not null and s.pause_scope = 'journeys') then return false; end if;
  -- a literal bound, so that older partitions aren't even planned
  execute format('select exists (select 1 from app.inbox_event e where e.received_at >= %L and e.state in (''new'', ''claimed'')
    and exists (select 1 from app.shop s where s.id = e.shop_id and s.paused_at is not null and s.pause_scope = ''journeys''))',
    app.now() - interval '31 days') into v_open;
  return v_open;
end $$;
`;
