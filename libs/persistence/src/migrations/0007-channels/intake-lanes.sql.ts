/** Which shop's bodies are taken next is found by look-ups alone, whatever the planner's statistics say of how many shops there are. */
export const intakeLanesSql = /* sql */ `
-- As in 0005-proofs, but that only lanes in their order are looked into until one has something to take: joined with the table of shops
-- each lane was looked into once for every shop there is, until PostgreSQL had analysed that table.
create or replace function app.claim_inbox(p_limit integer, p_lease interval)
  returns table (shop_id uuid, received_at timestamptz, id uuid, source_id uuid, kind text, headers jsonb, body text, attempts smallint, epoch integer)
  language plpgsql volatile security definer set search_path = app, pg_temp
  set enable_sort = off set enable_incremental_sort = off set enable_bitmapscan = off set enable_seqscan = off
  set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  v_lane uuid;
  v_shop uuid;
begin
  for v_lane in
    with recursive lane as (
      (select e.shop_id, e.received_at from app.inbox_event e where e.state in ('new', 'claimed')
       order by e.shop_id, e.received_at, e.seq limit 1)
      union all
      select n.shop_id, n.received_at from lane l, lateral (
        select e.shop_id, e.received_at from app.inbox_event e
        where e.state in ('new', 'claimed') and e.shop_id > l.shop_id order by e.shop_id, e.received_at, e.seq limit 1) n
    )
    select l.shop_id from lane l
    cross join lateral (select s.paused_at, s.pause_scope from app.shop s where s.id = l.shop_id offset 0) s
    left join lateral (select t.served_at from app.intake_turn t where t.shop_id = l.shop_id offset 0) t on true
    where s.paused_at is null or s.pause_scope = 'journeys'
    order by t.served_at nulls first, l.received_at, random()
  loop
    -- whoever works on all that a shop has may still be at it
    select v_lane into v_shop where exists (select 1 from app.inbox_event e where e.shop_id = v_lane
      and (e.state = 'new' or (e.state = 'claimed' and e.lease_until < app.lease_now())));
    exit when v_shop is not null;
  end loop;
  if v_shop is null then return; end if;
  insert into app.intake_turn (shop_id, served_at) values (v_shop, clock_timestamp())
    on conflict (shop_id) do update set served_at = excluded.served_at;
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
`;
