/** Accounts at mail servers and SMS providers that a shop has of its own, and how much of each is used. */
export const accountsSql = /* sql */ `
create table app.provider_account (
  shop_id uuid not null references app.shop (id),
  id uuid not null,
  medium text not null,
  -- Code of the kind of channel that speaks to it.
  channel text not null,
  name text not null,
  -- Sealed: as the kind's schema says, passwords among the rest.
  settings text not null,
  -- Its share of the shop's messages beside those of the others.
  weight smallint not null check (weight between 1 and 100),
  per_second double precision check (per_second > 0),
  per_day integer check (per_day > 0),
  -- {from, first, factor}: so many on the first day, so many times that on each following one.
  warm_up jsonb,
  paused_at timestamptz,
  created_at timestamptz not null default app.now(),
  changed_at timestamptz not null default app.now(),
  deleted_at timestamptz,
  primary key (shop_id, id)
);
create index provider_account_of_medium on app.provider_account (medium) where deleted_at is null;
create trigger audited after insert or update or delete on app.provider_account
  for each row when (coalesce(current_setting('app.actor', true), '') <> '')
  execute function app.audit_row('provider-account', 'id', 'medium,channel,name,weight,per_second,per_day,warm_up,paused_at,deleted_at,*settings');

-- Only of accounts with a limit.
create table app.provider_account_use (
  shop_id uuid not null references app.shop (id),
  account_id uuid not null,
  -- UTC, by business time.
  day date not null,
  handed integer not null,
  -- A bucket that fills by the clock of leases.
  tokens double precision not null,
  filled_at timestamptz not null,
  primary key (shop_id, account_id)
) with (fillfactor = 50);

-- How many of p_wanted messages the account may take now, and whether its day is over; a null limit is none. What was granted
-- counts as handed over.
create function app.take_from_account(p_account uuid, p_wanted integer, p_per_second double precision, p_per_day integer,
    out granted integer, out is_day_over boolean)
  language plpgsql volatile set search_path = app, pg_temp
as $$
declare
  v_day date := (app.now() at time zone 'UTC')::date;
  v_at timestamptz := app.lease_now();
  v_room double precision := greatest(p_per_second, 1);
  v_use app.provider_account_use;
begin
  insert into app.provider_account_use (shop_id, account_id, day, handed, tokens, filled_at)
    values (app.current_shop(), p_account, v_day, 0, coalesce(v_room, 0), v_at) on conflict do nothing;
  select * into v_use from app.provider_account_use u
    where u.shop_id = app.current_shop() and u.account_id = p_account for update;
  if v_use.day <> v_day then v_use.handed := 0; end if;
  granted := least(p_wanted, greatest(coalesce(p_per_day, v_use.handed + p_wanted) - v_use.handed, 0));
  is_day_over := granted < p_wanted;
  if p_per_second is not null then
    v_use.tokens := least(v_room, v_use.tokens + greatest(extract(epoch from v_at - v_use.filled_at)::double precision, 0) * p_per_second);
    granted := least(granted, floor(v_use.tokens)::integer);
    v_use.tokens := v_use.tokens - granted;
  end if;
  update app.provider_account_use u
    set day = v_day, handed = v_use.handed + granted, tokens = v_use.tokens, filled_at = v_at
    where u.shop_id = app.current_shop() and u.account_id = p_account;
end $$;

-- Of all shops, for those who hand over.
create function app.list_provider_accounts(p_medium text)
  returns table (shop_id uuid, id uuid, channel text, settings text, weight smallint, per_second double precision, per_day integer,
    warm_up jsonb, is_paused boolean, changed_at timestamptz)
  language sql stable security definer set search_path = app, pg_temp
as $$
  select a.shop_id, a.id, a.channel, a.settings, a.weight, a.per_second, a.per_day, a.warm_up, a.paused_at is not null, a.changed_at
  from app.provider_account a where a.medium = p_medium and a.deleted_at is null order by a.shop_id, a.id
$$;

-- Which of the shop's own accounts took it; null: the one of the installation.
alter table app.message add column account_id uuid;
alter table app.delivery_attempt add column account_id uuid;
`;
