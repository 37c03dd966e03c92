/** Requests of people to see or erase what is known of them, what is remembered of the erased, and the functions of erasure. */
export const privacySql = /* sql */ `
-- One row for each request. It names nobody: of an erased person only the id of their emptied record is left.
create table app.privacy_request (
  shop_id uuid not null references app.shop (id),
  id uuid not null,
  kind text not null check (kind in ('export', 'erase')),
  customer_id uuid not null,
  origin text not null check (origin in ('api', 'command', 'sender')),
  -- Of an erasure, from a closed list: free words could name the person.
  reason text,
  -- What the sender calls its request.
  reference text,
  state text not null default 'open' check (state in ('open', 'done')),
  -- Business time. Of an erasure: what happened up to then belongs to the erased person.
  requested_at timestamptz not null,
  due_at timestamptz not null,
  done_at timestamptz,
  -- What the person was recognised by, sealed, while an erasure searches for it.
  names text,
  -- Rows emptied or deleted, by table.
  counts jsonb not null default '{}',
  attempts smallint not null default 0,
  -- Wall time until which nobody else goes on with it.
  lease_until timestamptz,
  created_at timestamptz not null default app.now(),
  primary key (shop_id, id),
  check (state = 'open' or names is null)
);
create unique index privacy_request_erasure on app.privacy_request (shop_id, customer_id) where kind = 'erase';
create index privacy_request_listing on app.privacy_request (shop_id, created_at, id);
create index privacy_request_open on app.privacy_request (created_at) where kind = 'erase' and state = 'open';

-- Keyed hashes of what erased people were recognised by, orders included. What names one of them and happened up to erased_at is
-- forgotten when it comes in.
create table app.erased_name (
  shop_id uuid not null references app.shop (id),
  name_hmac bytea not null,
  erased_at timestamptz not null,
  primary key (shop_id, name_hmac)
);

-- Bodies that led to nothing: no line of a timeline leads to them, so an erasure searches them.
create index inbox_event_fruitless on app.inbox_event (shop_id, received_at, id) where note is not null;

-- The erasure that has waited longest, of any shop.
create function app.claim_erasure(p_lease interval) returns table (shop_id uuid, id uuid)
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
begin
  return query
    with picked as (
      select r.shop_id, r.id from app.privacy_request r
      where r.kind = 'erase' and r.state = 'open' and (r.lease_until is null or r.lease_until < app.lease_now())
      order by r.created_at limit 1 for update skip locked
    )
    update app.privacy_request r set lease_until = app.lease_now() + p_lease, attempts = least(r.attempts + 1, 32000)
      from picked p where r.shop_id = p.shop_id and r.id = p.id
      returning r.shop_id, r.id;
end $$;

-- What is left of an order: enough to count it, nothing to tell whose it was.
create function app.anonymous_order(facts jsonb, id text) returns jsonb language sql immutable parallel safe as $$
  select facts || jsonb_build_object('id', id, 'name', null, 'statusUrl', null, 'tags', '[]'::jsonb, 'stamps', '{}'::jsonb,
    'lines', (select coalesce(jsonb_agg(l.line - 'imageUrl' - 'url' || jsonb_build_object('id', l.n::text, 'title', '') order by l.n), '[]')
      from jsonb_array_elements(facts->'lines') with ordinality l (line, n)),
    'parcels', (select coalesce(jsonb_agg(p.parcel || jsonb_build_object('id', p.n::text, 'trackingNumber', null, 'trackingUrl', null,
      'stamps', '{}'::jsonb) order by p.n), '[]') from jsonb_array_elements(facts->'parcels') with ordinality p (parcel, n)),
    'refunds', (select coalesce(jsonb_agg(r.refund || jsonb_build_object('id', r.n::text) order by r.n), '[]')
      from jsonb_array_elements(facts->'refunds') with ordinality r (refund, n))) $$;

-- What is left of a RunState: where the run stood, not what it knew.
create function app.anonymous_run(state jsonb) returns jsonb language sql immutable parallel safe as $$
  select state || jsonb_build_object('stepState', null, 'entry', jsonb_build_object('id', state->'entry'->'id',
    'type', state->'entry'->'type', 'occurredAt', state->'entry'->'occurredAt', 'data', '{}'::jsonb)) $$;

-- What is left of a line of a journal: what was decided, not on what. Funnels count by these fields.
create function app.anonymous_line(data jsonb) returns jsonb language sql immutable parallel safe as $$
  select coalesce(jsonb_object_agg(f.key, f.value), '{}') from jsonb_each(data) f
  where f.key in ('visit', 'skipped', 'status', 'reason', 'event', 'act', 'journey', 'refused', 'arm', 'action', 'version', 'to', 'next',
    'template', 'channels') $$;

-- Those of the customers who are erased: the functions below touch nobody else.
create function app.erased_among(p_customers uuid[]) returns uuid[]
  language sql stable security definer set search_path = app, pg_temp
as $$
  select coalesce(array_agg(c.id), '{}') from app.customer c
  where c.shop_id = app.current_shop() and c.id = any(p_customers) and c.facts ? 'erasedAt' $$;

-- The runtime role may not change these tables; erasing a person is the exception.
create function app.erase_journal(p_customers uuid[]) returns integer
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
declare v_erased uuid[] := app.erased_among(p_customers); v_n integer;
begin
  update app.run_journal l set data = app.anonymous_line(l.data)
    from app.journey_run r
    where r.shop_id = app.current_shop() and r.customer_id = any(v_erased)
      and l.shop_id = r.shop_id and l.run_month = r.run_month and l.run_id = r.id and l.data is distinct from app.anonymous_line(l.data);
  get diagnostics v_n = row_count;
  return v_n;
end $$;

create function app.erase_attempts(p_customers uuid[]) returns integer
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
declare v_erased uuid[] := app.erased_among(p_customers); v_n integer;
begin
  update app.delivery_attempt a set detail = null
    from app.message m
    where m.shop_id = app.current_shop() and m.customer_id = any(v_erased)
      and a.shop_id = m.shop_id and a.message_month = date_trunc('month', m.created_at at time zone 'UTC')::date and a.message_id = m.id
      and a.detail is not null;
  get diagnostics v_n = row_count;
  return v_n;
end $$;

create function app.erase_verdicts(p_customers uuid[]) returns integer
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
declare v_erased uuid[] := app.erased_among(p_customers); v_n integer;
begin
  update app.contact_verdict v set facts = null
    from app.message m
    where m.shop_id = app.current_shop() and m.customer_id = any(v_erased)
      and v.shop_id = m.shop_id and v.message_id = m.id and v.facts is not null;
  get diagnostics v_n = row_count;
  return v_n;
end $$;

-- Keys are ids of the sender's making and may hold anything.
create function app.forget_keys(p_source uuid[], p_key text[]) returns integer
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
declare v_n integer;
begin
  delete from app.inbox_dedupe d using unnest(p_source, p_key) as k (source_id, key)
    where d.shop_id = app.current_shop() and d.source_id = k.source_id and d.dedupe_key = k.key;
  get diagnostics v_n = row_count;
  return v_n;
end $$;
`;
