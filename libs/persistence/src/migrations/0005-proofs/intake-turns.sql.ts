/** Whose bodies are taken next: the shop's that has waited longest for its turn, however much another one has sent. */
export const intakeTurnsSql = /* sql */ `
create table app.intake_turn (
  shop_id uuid primary key references app.shop (id),
  -- Wall time of the last claim.
  served_at timestamptz not null
);

-- As in 0003-contact-and-triggers, but that shops take turns. Whoever claims at the same moment leaves the shop out and takes the next.
create or replace function app.claim_inbox(p_limit integer, p_lease interval)
  returns table (shop_id uuid, received_at timestamptz, id uuid, source_id uuid, kind text, headers jsonb, body text, attempts smallint, epoch integer)
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
#variable_conflict use_column
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
  left join app.intake_turn t on t.shop_id = l.shop_id
  where (s.paused_at is null or s.pause_scope = 'journeys')
    and exists (select 1 from app.inbox_event e where e.shop_id = l.shop_id
      and (e.state = 'new' or (e.state = 'claimed' and e.lease_until < app.lease_now())))
  order by t.served_at nulls first, l.received_at, random() limit 1;
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
