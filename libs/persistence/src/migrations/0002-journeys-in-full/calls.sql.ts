/** Webhooks that journeys call, and the functions of their sweepers. */
export const callsSql = /* sql */ `
create table app.webhook_call (
  shop_id uuid not null references app.shop (id),
  -- Sent as webhook-id with every try: receivers recognise a repetition by it.
  id uuid not null,
  run_id uuid not null,
  step text not null,
  visit integer not null,
  act_index integer not null,
  journey_id uuid not null,
  customer_id uuid not null,
  order_id uuid,
  url text not null,
  payload jsonb not null,
  state text not null default 'queued' check (state in ('queued', 'claimed', 'sent', 'failed', 'suppressed')),
  reason text,
  epoch integer not null default 0,
  attempts smallint not null default 0,
  lease_until timestamptz,
  -- Set while the journey is paused.
  held boolean not null default false,
  due_at timestamptz not null,
  not_before timestamptz not null,
  -- Of the last answer.
  status smallint,
  answer text,
  sent_at timestamptz,
  created_at timestamptz not null default app.now(),
  primary key (shop_id, id)
) with (fillfactor = 80);
create unique index webhook_call_act on app.webhook_call (shop_id, run_id, step, visit, act_index);
create index webhook_call_due on app.webhook_call (not_before) where state = 'queued' and not held;
create index webhook_call_lease on app.webhook_call (lease_until) where state = 'claimed';
create index webhook_call_listing on app.webhook_call (shop_id, created_at, id);
create index webhook_call_state on app.webhook_call (shop_id, state, created_at, id);
create index webhook_call_customer on app.webhook_call (shop_id, customer_id);
create index webhook_call_journey on app.webhook_call (shop_id, journey_id) where state in ('queued', 'claimed');

-- What calls are signed with: an encrypted list of {secret, notAfter}; several while a rotation is under way.
create table app.webhook_secret (
  shop_id uuid not null references app.shop (id),
  secrets text not null,
  created_at timestamptz not null default app.now(),
  primary key (shop_id)
);

-- Claims up to p_limit calls whose time has come, of any shops.
create function app.claim_calls(p_limit integer, p_lease interval)
  returns table (shop_id uuid, id uuid, epoch integer, attempts smallint)
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
begin
  return query
    with picked as (
      select c.shop_id, c.id from app.webhook_call c
      where c.state = 'queued' and not c.held and c.not_before <= app.now()
        and (select s.paused_at from app.shop s where s.id = c.shop_id) is null
      order by c.not_before limit p_limit for update skip locked
    )
    update app.webhook_call c
      set state = 'claimed', attempts = c.attempts + 1, epoch = c.epoch + 1, lease_until = app.lease_now() + p_lease
      from picked p where c.shop_id = p.shop_id and c.id = p.id
      returning c.shop_id, c.id, c.epoch, c.attempts;
end $$;

-- A call that a dead process left goes back, though it may have been made: its receiver recognises the second one.
create function app.reap_calls() returns bigint
  language sql volatile security definer set search_path = app, pg_temp
as $$
  with released as (
    update app.webhook_call c set state = 'queued', lease_until = null
    where c.state = 'claimed' and c.lease_until < app.lease_now() returning 1
  ) select count(*) from released $$;

-- For the virtual clock, see app.agenda().
create function app.call_agenda() returns table (calls boolean, next_call timestamptz)
  language plpgsql stable security definer set search_path = app, pg_temp
as $$
begin
  calls := exists (select 1 from app.webhook_call c
    where c.state = 'claimed' and (select s.paused_at from app.shop s where s.id = c.shop_id) is null);
  next_call := (select c.not_before from app.webhook_call c
    where c.state = 'queued' and not c.held and (select s.paused_at from app.shop s where s.id = c.shop_id) is null
    order by c.not_before limit 1);
  if next_call <= app.now() then calls := true; next_call := null; end if;
  return next;
end $$;

alter table app.dead_letter drop constraint dead_letter_kind_check;
alter table app.dead_letter add constraint dead_letter_kind_check check (kind in ('inbox', 'timer', 'message', 'call')) not valid;
`;
