/** What senders told us: stored before it is answered, and the timeline it becomes. */
export const inboxSql = /* sql */ `
-- Keys of what was seen, per source; old rows are deleted after the dedupe window (wall time).
create table app.inbox_dedupe (
  shop_id uuid not null,
  source_id uuid not null,
  dedupe_key text not null,
  event_id uuid not null,
  body_sha256 bytea not null,
  first_seen_at timestamptz not null default clock_timestamp(),
  primary key (shop_id, source_id, dedupe_key)
) partition by hash (shop_id, source_id, dedupe_key);

create sequence app.inbox_seq;
create table app.inbox_event (
  shop_id uuid not null,
  received_at timestamptz not null,
  id uuid not null,
  seq bigint not null default nextval('app.inbox_seq'),
  source_id uuid not null,
  -- Kind of the source, such as shopify; 'api' for the API and 'link' for answers through links.
  kind text not null,
  -- Headers that the source's parser needs, lower-cased.
  headers jsonb not null,
  body text not null,
  state text not null default 'new' check (state in ('new', 'claimed', 'done', 'dead')),
  attempts smallint not null default 0,
  epoch integer not null default 0,
  lease_until timestamptz,
  -- Why nothing came of it (an unknown topic), or the last error.
  note text,
  primary key (shop_id, received_at, id)
) partition by range (received_at);
create index inbox_event_open on app.inbox_event (shop_id, received_at, seq) where state in ('new', 'claimed');
create index inbox_event_id on app.inbox_event (shop_id, id);

-- The timeline: one row per normalised event. customer_id is null while the person of an order isn't known yet.
create table app.event (
  shop_id uuid not null,
  received_at timestamptz not null,
  inbox_id uuid not null,
  ordinal smallint not null,
  source_id uuid not null,
  type text not null,
  occurred_at timestamptz not null,
  customer_id uuid,
  order_external_id text,
  body jsonb not null,
  primary key (shop_id, received_at, inbox_id, ordinal)
) partition by range (received_at);
create index event_customer on app.event (shop_id, customer_id, occurred_at);
create index event_orphan on app.event (shop_id, order_external_id) where customer_id is null;
create index event_order on app.event (shop_id, order_external_id, occurred_at);
`;
