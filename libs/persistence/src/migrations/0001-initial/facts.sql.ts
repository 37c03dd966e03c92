/** People and their orders: what is known, folded from events. */
export const factsSql = /* sql */ `
create table app.customer (
  shop_id uuid not null references app.shop (id),
  id uuid not null,
  -- CustomerFacts as JSON; the columns below repeat what is searched for.
  facts jsonb not null,
  email text,
  phone text,
  order_count integer not null default 0,
  created_at timestamptz not null default app.now(),
  updated_at timestamptz not null default app.now(),
  -- The record this one was merged into.
  merged_into uuid,
  primary key (shop_id, id)
);
create index customer_email on app.customer (shop_id, email);
create index customer_merged on app.customer (shop_id, merged_into) where merged_into is not null;
create index customer_created on app.customer (shop_id, created_at, id);

-- Which customer an id, an e-mail address or a phone number belongs to.
create table app.customer_identity (
  shop_id uuid not null,
  kind text not null check (kind in ('external', 'email', 'phone')),
  value text not null,
  customer_id uuid not null,
  primary key (shop_id, kind, value),
  foreign key (shop_id, customer_id) references app.customer (shop_id, id)
);
create index customer_identity_customer on app.customer_identity (shop_id, customer_id);

create table app.orders (
  shop_id uuid not null references app.shop (id),
  id uuid not null,
  external_id text not null,
  -- Null while only a shipment or a payment of the order is known.
  customer_id uuid,
  placed_at timestamptz,
  -- OrderFacts as JSON.
  facts jsonb not null,
  created_at timestamptz not null default app.now(),
  updated_at timestamptz not null default app.now(),
  primary key (shop_id, id)
);
create unique index orders_external_id on app.orders (shop_id, external_id);
-- Orders of a person in the order that counts them: by time, then by id as a number of any length.
create index orders_customer on app.orders (shop_id, customer_id, placed_at, length(external_id), external_id);

-- Addresses that must not be written to. 'non_service': the person unsubscribed; facts about an order may still go.
create table app.suppression (
  shop_id uuid not null references app.shop (id),
  medium text not null check (medium in ('email', 'sms')),
  address_hmac bytea not null,
  scope text not null check (scope in ('all', 'non_service')),
  reason text not null,
  created_at timestamptz not null default app.now(),
  primary key (shop_id, medium, address_hmac)
);
`;
