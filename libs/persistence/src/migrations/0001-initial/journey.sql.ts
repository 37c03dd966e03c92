/** Journeys, their immutable versions, the runs of people through them, and the waits. */
export const journeySql = /* sql */ `
create table app.journey (
  shop_id uuid not null references app.shop (id),
  id uuid not null,
  key text not null,
  title text not null,
  state text not null check (state in ('draft', 'live', 'paused', 'archived')),
  -- Version that people enter now; null before the first publication.
  live_version_id uuid,
  created_at timestamptz not null default app.now(),
  updated_at timestamptz not null default app.now(),
  primary key (shop_id, id)
);
create unique index journey_key on app.journey (shop_id, key);

create table app.journey_version (
  shop_id uuid not null,
  id uuid not null,
  journey_id uuid not null,
  version integer not null,
  -- The document as its author wrote it, and its templates compiled by the template engine.
  document jsonb not null,
  templates jsonb not null,
  content_sha256 bytea not null,
  created_at timestamptz not null default app.now(),
  primary key (shop_id, id),
  foreign key (shop_id, journey_id) references app.journey (shop_id, id)
);
create unique index journey_version_number on app.journey_version (shop_id, journey_id, version);

create function app.refuse_update() returns trigger language plpgsql as $$
begin raise exception '% rows are immutable: insert a new version', tg_table_name; end $$;
create trigger journey_version_immutable before update on app.journey_version for each row execute function app.refuse_update();

create table app.journey_run (
  shop_id uuid not null references app.shop (id),
  id uuid not null,
  journey_id uuid not null,
  version_id uuid not null,
  customer_id uuid not null,
  order_id uuid,
  -- What enters, such as an order id; entries with the same key are numbered from 1.
  entry_key text not null,
  entry_number integer not null default 1,
  status text not null check (status in ('waiting', 'completed', 'exited', 'failed')),
  step text,
  -- RunState as JSON.
  state jsonb not null,
  -- Month in which the run started; its journal lives in that partition.
  run_month date not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  end_reason text,
  primary key (shop_id, id),
  foreign key (shop_id, version_id) references app.journey_version (shop_id, id)
) with (fillfactor = 80);
create unique index journey_run_entry on app.journey_run (shop_id, journey_id, entry_key, entry_number);
create index journey_run_waiting on app.journey_run (shop_id, customer_id) include (journey_id) where status = 'waiting';
create index journey_run_customer on app.journey_run (shop_id, customer_id, started_at);
create index journey_run_order on app.journey_run (shop_id, order_id);
-- Ids are ordered by time.
create index journey_run_listing on app.journey_run (shop_id, journey_id, id);

-- Append-only: inserting the line is the transition.
create table app.run_journal (
  shop_id uuid not null,
  run_month date not null,
  run_id uuid not null,
  seq integer not null,
  kind text not null,
  step text,
  at timestamptz not null,
  data jsonb not null,
  primary key (shop_id, run_month, run_id, seq)
) partition by range (run_month);

-- At most one wait per run. The row goes when the wait ends; the journal keeps its history.
create table app.timer (
  shop_id uuid not null,
  run_id uuid not null,
  due_at timestamptz not null,
  state text not null default 'scheduled' check (state in ('scheduled', 'claimed', 'dead')),
  epoch integer not null default 0,
  attempts smallint not null default 0,
  lease_until timestamptz,
  -- Set while the journey is paused: the timer keeps its due time and nobody claims it.
  held boolean not null default false,
  primary key (shop_id, run_id)
);
create index timer_due on app.timer (due_at) where state = 'scheduled' and not held;
create index timer_lease on app.timer (lease_until) where state = 'claimed';
`;
