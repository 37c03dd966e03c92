/** What became of the visits of runs that are over, kept in the few forms that it takes. */
export const runPathsSql = /* sql */ `
-- One way through a journey: the visits of a run by step, state and reason, as app.step_visit tells them, each with its number:
-- [[step, state, reason, n], ...] in that order. Many runs share one.
create table app.run_path (
  shop_id uuid not null,
  journey_id uuid not null,
  id bigint generated always as identity,
  visits jsonb not null,
  primary key (shop_id, journey_id, id),
  foreign key (shop_id, journey_id) references app.journey (shop_id, id)
);
-- By hash, as a path may be longer than an index takes. Of two paths with one hash the second is not noted: its runs stay unfolded.
create unique index run_path_visits on app.run_path (shop_id, journey_id, hashtextextended(visits::text, 0));

-- The visits that are behind a run, once each of their messages has its outcome: those stay as they are. Null: read them one by one.
-- The visit at which a run waits is none of them.
alter table app.journey_run add column path_id bigint;
create index journey_run_folded on app.journey_run (shop_id, journey_id, status, path_id, version_id, started_at) where path_id is not null;
create index journey_run_unfolded on app.journey_run (status, shop_id, journey_id, started_at) where path_id is null;

-- Notes the paths of up to p_limit runs of the given status; returns of how many. Runs that move on within hours are passed over: it
-- would be in vain. Two statements, so that the visits are read after the run is locked: whoever changes an outcome locks it, too.
create function app.fold_runs(p_status text[], p_limit integer) returns integer
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
declare v_runs uuid[]; v_n integer;
begin
  select array_agg(p.id) into v_runs from (
    select r.id from app.journey_run r
    where r.path_id is null and r.status = any(p_status)
      and not exists (select from app.timer t where t.shop_id = r.shop_id and t.run_id = r.id and t.due_at < app.now() + interval '6 hours')
      and not exists (select from app.message m
        where m.shop_id = r.shop_id and m.run_id = r.id and m.state in ('queued', 'claimed', 'handing', 'unknown'))
    limit p_limit for update skip locked) p;
  if v_runs is null then return 0; end if;
  -- A path that another worker makes at this moment is not seen here: its runs are left for the next time.
  with taken as (
    select r.shop_id, r.journey_id, r.id, w.visits
    from app.journey_run r cross join lateral (
      select coalesce(jsonb_agg(jsonb_build_array(v.step, v.state, v.reason, v.n) order by v.step, v.state, v.reason), '[]') as visits,
        bool_or(v.state = 'waiting') as is_open
      from (select t.step, t.state, t.reason, count(*) as n from app.step_visit t
        where t.shop_id = r.shop_id and t.run_id = r.id and (r.status <> 'waiting' or t.visit < (r.state->>'visit')::integer)
        group by t.step, t.state, t.reason) v) w
    where r.id = any(v_runs) and w.is_open is not true
  ), made as (
    insert into app.run_path (shop_id, journey_id, visits) select distinct t.shop_id, t.journey_id, t.visits from taken t
    on conflict do nothing returning run_path.shop_id, run_path.journey_id, run_path.id, run_path.visits
  ), path as (
    select m.shop_id, m.journey_id, m.id, m.visits from made m
    union all
    select p.shop_id, p.journey_id, p.id, p.visits from (select distinct t.shop_id, t.journey_id, t.visits from taken t) t
    join app.run_path p on p.shop_id = t.shop_id and p.journey_id = t.journey_id
      and hashtextextended(p.visits::text, 0) = hashtextextended(t.visits::text, 0)
  )
  update app.journey_run r set path_id = p.id
  from taken t join path p on p.shop_id = t.shop_id and p.journey_id = t.journey_id and p.visits = t.visits
  where r.shop_id = t.shop_id and r.id = t.id;
  get diagnostics v_n = row_count;
  return v_n;
end $$;

create function app.unfold_run() returns trigger language plpgsql set search_path = app, pg_temp as $$
begin
  new.path_id := null;
  return new;
end $$;
create trigger journey_run_moves before update of state on app.journey_run for each row
  when (old.path_id is not null) execute function app.unfold_run();

-- An outcome that changes after all, as by a dead letter that is tried again. The run is written whether it has a path or not: it
-- may be getting one right now.
create function app.unfold_run_of_message() returns trigger language plpgsql set search_path = app, pg_temp as $$
begin
  update app.journey_run set path_id = null where shop_id = new.shop_id and id = new.run_id;
  return null;
end $$;
create trigger message_changes after update of state, reason on app.message for each row
  when (old.state in ('sent', 'failed', 'suppressed', 'expired', 'held_out')
    and (old.state, old.reason) is distinct from (new.state, new.reason))
  execute function app.unfold_run_of_message();
`;
