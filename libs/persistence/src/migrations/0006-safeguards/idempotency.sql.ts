/** Calls that a client may send again, each under a key of its own, and what they were answered. */
export const idempotencySql = /* sql */ `
create table app.idempotency_key (
  shop_id uuid not null references app.shop (id),
  key text not null,
  -- Who called, and SHA-256 of what was asked: a key stands for one call alone.
  caller text not null,
  request_hash bytea not null,
  -- What was answered, sealed. Committed with what the call changed.
  status smallint,
  answer text,
  created_at timestamptz not null default app.lease_now(),
  primary key (shop_id, key)
);
create index idempotency_key_age on app.idempotency_key (created_at);

-- Deletes up to p_limit keys, of any shop, that were first sent before p_before.
create function app.forget_idempotency_keys(p_before timestamptz, p_limit integer) returns integer
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
declare v_n integer;
begin
  delete from app.idempotency_key k using (
    select o.shop_id, o.key from app.idempotency_key o where o.created_at < p_before order by o.created_at limit p_limit for update skip locked
  ) old where k.shop_id = old.shop_id and k.key = old.key;
  get diagnostics v_n = row_count;
  return v_n;
end $$;
`;
