/**
 * What must be found before the shop is known, and what sweepers take across shops: SECURITY DEFINER functions, each as narrow
 * as its one caller needs. The runtime role has no other way past row-level security.
 */
export const lookupSql = /* sql */ `
create function app.find_source(p_id uuid)
  returns table (shop_id uuid, id uuid, kind text, name text, secrets text, settings jsonb)
  language sql stable security definer set search_path = app, pg_temp
  as $$ select s.shop_id, s.id, s.kind, s.name, s.secrets, s.settings from app.source s where s.id = p_id and s.deleted_at is null $$;

create function app.find_api_key(p_hash bytea)
  returns table (shop_id uuid, id uuid, role text)
  language sql stable security definer set search_path = app, pg_temp
  as $$ select k.shop_id, k.id, k.role from app.api_key k where k.key_hash = p_hash and k.revoked_at is null $$;

create function app.find_link(p_hash bytea)
  returns table (shop_id uuid, purpose text, message_id uuid, customer_id uuid, expires_at timestamptz)
  language sql stable security definer set search_path = app, pg_temp
  as $$ select l.shop_id, l.purpose, l.message_id, l.customer_id, l.expires_at from app.link_token l where l.token_hash = p_hash $$;

-- The first shop of the installation, or none: standalone and BOOTSTRAP_API_KEY act on it.
create function app.first_shop() returns uuid
  language sql stable security definer set search_path = app, pg_temp
  as $$ select id from app.shop order by created_at, id limit 1 $$;

-- Stores a batch of received bodies: one row each in inbox_dedupe and inbox_event, all of them in the caller's one commit.
-- A key that was seen before stores nothing; the answer says whether the body was the same. Times are cut to milliseconds, so
-- that a client which knows no finer ones can name the row by its key.
create function app.accept_inbox(
  p_shop uuid[], p_source uuid[], p_key text[], p_id uuid[], p_sha bytea[], p_kind text[], p_headers jsonb[], p_body text[])
  returns table (n bigint, event_id uuid, outcome text)
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
#variable_conflict use_column
declare
  v_now timestamptz := date_trunc('milliseconds', app.now());
  v_new uuid[];
begin
  with fresh as (
    insert into app.inbox_dedupe (shop_id, source_id, dedupe_key, event_id, body_sha256)
      select i.shop_id, i.source_id, i.key, i.id, i.sha
      from unnest(p_shop, p_source, p_key, p_id, p_sha) as i (shop_id, source_id, key, id, sha)
      order by i.shop_id, i.source_id, i.key
      on conflict do nothing
      returning event_id
  ) select coalesce(array_agg(event_id), '{}') into v_new from fresh;
  if cardinality(v_new) = cardinality(p_id) then
    insert into app.inbox_event (shop_id, received_at, id, source_id, kind, headers, body)
      select i.shop_id, v_now, i.id, i.source_id, i.kind, i.headers, i.body
      from unnest(p_shop, p_id, p_source, p_kind, p_headers, p_body) as i (shop_id, id, source_id, kind, headers, body);
    return query select i.n, i.id, 'accepted' from unnest(p_id) with ordinality as i (id, n) order by i.n;
    return;
  end if;
  insert into app.inbox_event (shop_id, received_at, id, source_id, kind, headers, body)
    select i.shop_id, v_now, i.id, i.source_id, i.kind, i.headers, i.body
    from unnest(p_shop, p_id, p_source, p_kind, p_headers, p_body) with ordinality as i (shop_id, id, source_id, kind, headers, body, n)
    where i.id = any (v_new) order by i.n;
  return query
    select i.n, d.event_id,
      case when d.event_id = i.id then 'accepted' when d.body_sha256 = i.sha then 'duplicate' else 'conflict' end
    from unnest(p_shop, p_source, p_key, p_id, p_sha) with ordinality as i (shop_id, source_id, key, id, sha, n)
    cross join lateral (
      select k.event_id, k.body_sha256 from app.inbox_dedupe k
      where k.shop_id = i.shop_id and k.source_id = i.source_id and k.dedupe_key = i.key
      offset 0) d
    order by i.n;
end $$;

-- Claims up to p_limit open inbox rows of one shop: the shop that has waited longest. Attempts count at the claim, so that a
-- body which kills the process is counted too.
create function app.claim_inbox(p_limit integer, p_lease interval)
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
  where s.paused_at is null
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

-- Claims up to p_limit due timers, the longest due first. Cost follows what is due, not what waits: the pause of a shop is
-- looked up row by row, so that the index alone says which timers come first. plpgsql, because it keeps its plans.
create function app.claim_timers(p_limit integer, p_lease interval)
  returns table (shop_id uuid, run_id uuid, due_at timestamptz, attempts smallint, epoch integer)
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
begin
  return query
    with picked as (
      select t.shop_id, t.run_id from app.timer t
      where t.state = 'scheduled' and not t.held and t.due_at <= app.now()
        and (select s.paused_at from app.shop s where s.id = t.shop_id) is null
      order by t.due_at limit p_limit for update skip locked
    )
    update app.timer t
      set state = 'claimed', attempts = t.attempts + 1, epoch = t.epoch + 1, lease_until = app.lease_now() + p_lease
      from picked p where t.shop_id = p.shop_id and t.run_id = p.run_id
      returning t.shop_id, t.run_id, t.due_at, t.attempts, t.epoch;
end $$;

-- Claims up to p_limit messages of one medium whose time has come.
create function app.claim_messages(p_medium text, p_limit integer, p_lease interval)
  returns table (shop_id uuid, id uuid, epoch integer, attempts smallint)
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
begin
  return query
    with picked as (
      select m.shop_id, m.id from app.message m
      where m.state = 'queued' and not m.held and m.medium = p_medium and m.not_before <= app.now()
        and (select s.paused_at from app.shop s where s.id = m.shop_id) is null
      order by m.not_before limit p_limit for update skip locked
    )
    update app.message m
      set state = 'claimed', attempts = m.attempts + 1, epoch = m.epoch + 1, lease_until = app.lease_now() + p_lease
      from picked p where m.shop_id = p.shop_id and m.id = p.id
      returning m.shop_id, m.id, m.epoch, m.attempts;
end $$;

-- Puts right what a dead process left: claimed goes back, a hand-over in doubt becomes unknown and is never resent by itself.
create function app.reap_leases() returns table (kind text, n bigint)
  language sql volatile security definer set search_path = app, pg_temp
as $$
  with unknown as (
    update app.message m set state = 'unknown', reason = 'lease-expired', lease_until = null
    where m.state = 'handing' and m.lease_until < app.lease_now() returning 1
  ), released as (
    update app.message m set state = 'queued', lease_until = null
    where m.state = 'claimed' and m.lease_until < app.lease_now() returning 1
  ), timers as (
    update app.timer t set state = 'scheduled', lease_until = null
    where t.state = 'claimed' and t.lease_until < app.lease_now() returning 1
  )
  select 'unknown', count(*) from unknown union all select 'released', count(*) from released union all select 'timers', count(*) from timers $$;

-- What the virtual clock asks between two steps: is anything left to do at the present instant, and what falls due next?
-- Null where nothing is planned. plpgsql, because it keeps its plans: it is asked several times at each step.
create function app.agenda() returns table (inbox boolean, timers boolean, messages boolean, next_timer timestamptz, next_message timestamptz)
  language plpgsql stable security definer set search_path = app, pg_temp
as $$
declare v_now timestamptz := app.now();
begin
  -- A literal bound, so that older partitions aren't even planned: only a pause leaves a body open for that long.
  execute format('select exists (select 1 from app.inbox_event e where e.received_at >= %L and e.state in (''new'', ''claimed'')
    and (select s.paused_at from app.shop s where s.id = e.shop_id) is null)', v_now - interval '31 days') into inbox;
  timers := exists (select 1 from app.timer t
    where t.state = 'claimed' and (select s.paused_at from app.shop s where s.id = t.shop_id) is null);
  messages := exists (select 1 from app.message m
    where m.state in ('claimed', 'handing') and (select s.paused_at from app.shop s where s.id = m.shop_id) is null);
  next_timer := (select t.due_at from app.timer t
    where t.state = 'scheduled' and not t.held and (select s.paused_at from app.shop s where s.id = t.shop_id) is null
    order by t.due_at limit 1);
  next_message := (select min(due.not_before) from unnest(array['email', 'sms']) medium, lateral (
    select m.not_before from app.message m
    where m.state = 'queued' and not m.held and m.medium = medium and (select s.paused_at from app.shop s where s.id = m.shop_id) is null
    order by m.not_before limit 1) due);
  if next_timer <= v_now then timers := true; next_timer := null; end if;
  if next_message <= v_now then messages := true; next_message := null; end if;
  return next;
end $$;

create function app.set_virtual_clock(p_instant timestamptz) returns void
  language sql volatile security definer set search_path = app, pg_temp
as $$
  insert into app.virtual_clock (instant) values (p_instant)
  on conflict (singleton) do update set instant = excluded.instant $$;

create function app.clear_virtual_clock() returns void
  language sql volatile security definer set search_path = app, pg_temp
  as $$ delete from app.virtual_clock $$;

-- Backlogs of the whole installation, for metrics. Counts only, no shop's data.
create function app.backlog() returns table (name text, n bigint, oldest timestamptz)
  language sql stable security definer set search_path = app, pg_temp
as $$
  select 'inbox', count(*), min(received_at) from app.inbox_event where state in ('new', 'claimed')
  union all select 'timers', count(*), min(due_at) from app.timer where state in ('scheduled', 'claimed') and not held and due_at <= app.now()
  union all select 'messages', count(*), min(not_before) from app.message where state = 'queued' and not held and not_before <= app.now()
  union all select 'handing', count(*), null from app.message where state = 'handing'
  union all select 'unknown', count(*), null from app.message where state = 'unknown'
  union all select 'dead_letters', count(*), min(created_at) from app.dead_letter where state = 'open' $$;
`;
