/** Shops, who may act for them, and where their events come from. */
export const shopSql = /* sql */ `
create table app.shop (
  id uuid primary key,
  name text not null,
  time_zone text not null,
  currency text not null,
  locale text not null,
  -- Set while everything of this shop stands still; webhooks are stored all the same.
  paused_at timestamptz,
  created_at timestamptz not null default app.now()
);

create table app.api_key (
  shop_id uuid not null references app.shop (id),
  id uuid not null,
  name text not null,
  role text not null check (role in ('owner')),
  key_hash bytea not null,
  -- The first characters, so that people can tell keys apart.
  hint text not null,
  created_at timestamptz not null default app.now(),
  last_used_at timestamptz,
  revoked_at timestamptz,
  primary key (shop_id, id)
);
create unique index api_key_hash on app.api_key (key_hash);

create table app.source (
  shop_id uuid not null references app.shop (id),
  id uuid not null,
  kind text not null,
  name text not null,
  -- Encrypted list of {secret, notAfter}; several while a rotation is under way.
  secrets text not null,
  settings jsonb not null default '{}',
  created_at timestamptz not null default app.now(),
  deleted_at timestamptz,
  primary key (shop_id, id)
);
create unique index source_id on app.source (id);
`;
