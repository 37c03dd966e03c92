/** When journeys let people in that begin by a date or a schedule. */
export const entriesSql = /* sql */ `
-- The next date by which a person, or the person of an order, enters a journey: one row each, kept in step with the facts.
create table app.journey_date (
  shop_id uuid not null references app.shop (id),
  journey_id uuid not null,
  -- Whose date it is: the customer's id, or the order's.
  subject_id uuid not null,
  id uuid not null default gen_random_uuid(),
  customer_id uuid not null,
  order_id uuid,
  -- Business time.
  due_at timestamptz not null,
  -- The day itself, however long before it the person enters.
  date date not null,
  state text not null default 'scheduled' check (state in ('scheduled', 'dead')),
  attempts smallint not null default 0,
  -- Wall time before which it isn't tried again.
  retry_at timestamptz,
  primary key (shop_id, journey_id, subject_id)
) with (fillfactor = 80);
create index journey_date_due on app.journey_date (due_at) where state = 'scheduled';
create index journey_date_customer on app.journey_date (shop_id, customer_id);

-- A walk through everybody, page by page: to look up dates after a publication, or to let a segment in. At most one a journey.
create table app.journey_walk (
  shop_id uuid not null references app.shop (id),
  journey_id uuid not null,
  id uuid not null default gen_random_uuid(),
  purpose text not null check (purpose in ('dates', 'segment')),
  -- When the walk begins; while it is under way, when it began.
  due_at timestamptz not null,
  -- The last customer or order of the page before; null before the first.
  seen uuid,
  state text not null default 'scheduled' check (state in ('scheduled', 'dead')),
  attempts smallint not null default 0,
  retry_at timestamptz,
  primary key (shop_id, journey_id)
);
create index journey_walk_due on app.journey_walk (due_at) where state = 'scheduled';

-- The shop whose entry has been due longest. The pause of a shop is looked up row by row, as for timers.
create function app.next_entry_shop() returns uuid
  language plpgsql stable security definer set search_path = app, pg_temp
as $$
begin
  return (select due.shop_id from (
    (select d.shop_id, d.due_at from app.journey_date d
      where d.state = 'scheduled' and d.due_at <= app.now() and (d.retry_at is null or d.retry_at <= app.lease_now())
        and (select s.paused_at from app.shop s where s.id = d.shop_id) is null
      order by d.due_at limit 1)
    union all
    (select w.shop_id, w.due_at from app.journey_walk w
      where w.state = 'scheduled' and w.due_at <= app.now() and (w.retry_at is null or w.retry_at <= app.lease_now())
        and (select s.paused_at from app.shop s where s.id = w.shop_id) is null
      order by w.due_at limit 1)) due
    order by due.due_at limit 1);
end $$;

-- For the virtual clock, see app.agenda().
create function app.entry_agenda() returns table (entries boolean, next_entry timestamptz)
  language plpgsql stable security definer set search_path = app, pg_temp
as $$
begin
  next_entry := least(
    (select d.due_at from app.journey_date d
      where d.state = 'scheduled' and (select s.paused_at from app.shop s where s.id = d.shop_id) is null
      order by d.due_at limit 1),
    (select w.due_at from app.journey_walk w
      where w.state = 'scheduled' and (select s.paused_at from app.shop s where s.id = w.shop_id) is null
      order by w.due_at limit 1));
  entries := coalesce(next_entry <= app.now(), false);
  if entries then next_entry := null; end if;
  return next;
end $$;

-- 'entry': ref_id is the id of a date or of a walk.
alter table app.dead_letter drop constraint dead_letter_kind_check;
alter table app.dead_letter add constraint dead_letter_kind_check
  check (kind in ('inbox', 'timer', 'message', 'call', 'entry')) not valid;
`;
