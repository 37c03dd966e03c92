/** Keys of several roles, narrowed by scopes, that may end by themselves. */
export const accessSql = /* sql */ `
alter table app.api_key drop constraint api_key_role_check;
alter table app.api_key add constraint api_key_role_check check (role in ('owner', 'marketer', 'cx', 'ops', 'developer', 'viewer'));
-- Permissions to which the key is narrowed; null: all that its role allows.
alter table app.api_key add column scopes text[];
alter table app.api_key add column expires_at timestamptz;

create function app.find_caller(p_hash bytea)
  returns table (shop_id uuid, id uuid, role text, scopes text[])
  language sql stable security definer set search_path = app, pg_temp
  as $$ select k.shop_id, k.id, k.role, k.scopes from app.api_key k
    where k.key_hash = p_hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > app.now()) $$;

-- Processes of the release before take every key that they find for an owner's.
create or replace function app.find_api_key(p_hash bytea)
  returns table (shop_id uuid, id uuid, role text)
  language sql stable security definer set search_path = app, pg_temp
  as $$ select k.shop_id, k.id, k.role from app.find_caller(p_hash) k where k.role = 'owner' and k.scopes is null $$;
`;
