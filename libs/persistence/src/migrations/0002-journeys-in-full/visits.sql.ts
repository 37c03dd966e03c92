/** What became of every visit, and since when a journey has been in the state it is in. */
export const visitsSql = /* sql */ `
-- One row for each visit: one entry of a run into a step. Each is in exactly one of these states:
--   passed   the step sends nothing and the run went on
--   sent     the provider took the message
--   heldOut  the run is held out: the message was noted and not sent
--   skipped  no message, for the reason given: 'condition' (the step's own one didn't hold), what the contact rules said
--            ('no-consent', 'opted-out', 'suppressed', 'no-address', ...), 'useful-until' (too late to be useful), 'archived'
--   failed   for the reason given: the provider's refusal, 'template', 'gave-up', or the code of the fault that ended the run
--   waiting  'time' or 'event' (what the step waits for), 'paused', 'shop-paused', 'stuck' (its timer is a dead letter); for a
--            message 'queued', 'handing', 'unknown' (the provider may or may not have it), or why its hand-over was put off
--   exited   the run ended here before the step was done, for the run's own reason: 'exit:<event>', 'step:<id>', 'archived', ...;
--            'moved' when the run was taken to another step
-- The journal says what was decided, the message what came of it. 'at' is the time of the state as far as it is recorded: of the
-- hand-over, of the run's end, else of the decision.
create view app.step_visit with (security_invoker = true) as
select r.shop_id, r.journey_id, r.version_id, r.id as run_id, r.started_at as run_started_at, r.customer_id, r.order_id,
  v.step, v.visit, o.state,
  case o.state
    when 'skipped' then case
      when v.kind = 'passed' then case v.data->>'skipped' when 'when' then 'condition' else v.data->>'skipped' end
      else coalesce(m.reason, m.state) end
    when 'failed' then coalesce(m.reason, regexp_replace(coalesce(v.data->>'reason', r.end_reason), '^failed:', ''), 'lost')
    when 'waiting' then case
      when m.state = 'unknown' then 'unknown'
      when m.held or t.held then 'paused'
      when t.state = 'dead' then 'stuck'
      when s.paused_at is not null then 'shop-paused'
      when m.state = 'handing' then 'handing'
      when m.id is not null then coalesce(m.reason, 'queued')
      when t.run_id is null then 'event'
      else 'time' end
    when 'exited' then case
      when v.kind = 'finished' then v.data->>'reason'
      when v.kind = 'waited' and v.visit < (r.state->>'visit')::integer then 'moved'
      else coalesce(r.end_reason, 'run-exited') end
  end as reason,
  case
    when o.state = 'sent' then m.sent_at
    when v.kind in ('waited', 'sent') and o.state in ('exited', 'failed') then coalesce(r.ended_at, v.at)
    else v.at end as at
from app.journey_run r
join app.shop s on s.id = r.shop_id
cross join lateral (
  -- The last of these lines tells how a visit stands; a run's end by an event or by its journey's names no visit.
  select distinct on ((l.data->>'visit')::integer) (l.data->>'visit')::integer as visit, l.step, l.kind, l.at, l.data
  from app.run_journal l
  where l.shop_id = r.shop_id and l.run_month = r.run_month and l.run_id = r.id and l.data->>'visit' is not null
    and l.kind in ('passed', 'sent', 'held-out', 'waited', 'finished')
  order by (l.data->>'visit')::integer, l.seq desc) v
left join lateral (
  select n.id, n.state, n.reason, n.held, n.sent_at from app.message n
  where n.shop_id = r.shop_id and n.run_id = r.id and n.step = v.step and n.visit = v.visit and v.kind = 'sent'
  order by n.created_at desc, n.id desc limit 1) m on true
left join app.timer t on t.shop_id = r.shop_id and t.run_id = r.id and v.kind = 'waited'
cross join lateral (
  select case
    when v.kind = 'passed' then case when v.data ? 'skipped' then 'skipped' else 'passed' end
    when v.kind = 'held-out' or m.state = 'held_out' then 'heldOut'
    when v.kind = 'sent' then case
      when m.state = 'sent' then 'sent'
      when m.state in ('queued', 'claimed', 'handing', 'unknown') then 'waiting'
      when m.state = 'suppressed' and m.reason = 'run-exited' then 'exited'
      when m.state in ('suppressed', 'expired') then 'skipped'
      else 'failed' end
    when v.kind = 'finished' then case v.data->>'status' when 'failed' then 'failed' else 'exited' end
    when v.visit < (r.state->>'visit')::integer then 'exited'
    when r.status in ('waiting', 'failed') then r.status
    else 'exited' end as state) o;

-- Each state that a journey has had, and the version that people entered then. What was before the table is known roughly: a journey
-- counts as live from its first run on.
create table app.journey_history (
  shop_id uuid not null,
  journey_id uuid not null,
  id bigint generated always as identity,
  at timestamptz not null,
  -- Wall time: tells apart what happened while the virtual clock stood still.
  noted_at timestamptz not null default clock_timestamp(),
  state text not null,
  live_version_id uuid,
  primary key (shop_id, journey_id, id),
  foreign key (shop_id, journey_id) references app.journey (shop_id, id)
);
insert into app.journey_history (shop_id, journey_id, at, state, live_version_id)
  select shop_id, id, created_at, 'draft', null from app.journey;
insert into app.journey_history (shop_id, journey_id, at, state, live_version_id)
  select j.shop_id, j.id, coalesce(least(j.updated_at, r.first_at), j.updated_at), 'live', j.live_version_id
  from app.journey j left join lateral (select min(r.started_at) as first_at from app.journey_run r
    where r.shop_id = j.shop_id and r.journey_id = j.id) r on true
  where j.live_version_id is not null;
insert into app.journey_history (shop_id, journey_id, at, state, live_version_id)
  select shop_id, id, updated_at, state, live_version_id from app.journey where state in ('paused', 'archived');

create function app.note_journey_state() returns trigger language plpgsql set search_path = app, pg_temp as $$
begin
  if tg_op = 'UPDATE' and new.state = old.state and new.live_version_id is not distinct from old.live_version_id then
    return null;
  end if;
  insert into app.journey_history (shop_id, journey_id, at, state, live_version_id)
    values (new.shop_id, new.id, app.now(), new.state, new.live_version_id);
  return null;
end $$;
revoke execute on function app.note_journey_state() from public;
create trigger journey_history after insert or update on app.journey for each row execute function app.note_journey_state();

alter table app.journey_history enable row level security;
alter table app.journey_history force row level security;
create policy of_shop on app.journey_history to afterglow_app
  using (shop_id = app.current_shop()) with check (shop_id = app.current_shop());
do $$ begin
  execute format('create policy of_owner on app.journey_history to %I using (true) with check (true)', current_user);
end $$;
grant select, insert on app.journey_history to afterglow_app;
grant select on app.step_visit to afterglow_app;
`;
