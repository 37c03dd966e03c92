/** People of a shop's team, their sessions in browsers, and how often somebody tried to sign in. */
export const membersSql = /* sql */ `
create table app.member (
  shop_id uuid not null references app.shop (id),
  id uuid not null,
  -- In lower case. It is what people sign in with.
  email text not null check (email = lower(email)),
  name text not null,
  role text not null check (role in ('owner', 'marketer', 'cx', 'ops', 'developer', 'viewer')),
  -- argon2id in PHC form; null until an invitation was accepted, or for who signs in elsewhere alone.
  password_hash text,
  -- Who this is at the identity provider: '<issuer> <subject>', bound at the first sign-in there.
  subject text,
  -- SHA-256 of the token of an open invitation, and its end by the wall clock.
  invite_hash bytea,
  invite_ends_at timestamptz,
  disabled_at timestamptz,
  last_login_at timestamptz,
  created_at timestamptz not null default app.now(),
  primary key (shop_id, id)
);
create unique index member_email on app.member (shop_id, email);
create index member_login on app.member (email);
create unique index member_invite on app.member (invite_hash) where invite_hash is not null;

-- Its times are of the wall clock: who moves the virtual clock stays signed in.
create table app.member_session (
  shop_id uuid not null,
  id uuid not null,
  member_id uuid not null,
  -- SHA-256 of the token in the cookie.
  token_hash bytea not null,
  created_at timestamptz not null default app.lease_now(),
  seen_at timestamptz not null default app.lease_now(),
  idle_ends_at timestamptz not null,
  ends_at timestamptz not null,
  primary key (shop_id, id),
  foreign key (shop_id, member_id) references app.member (shop_id, id) on delete cascade
);
create unique index member_session_token on app.member_session (token_hash);
create index member_session_member on app.member_session (shop_id, member_id);

-- Counted before the shop is known: by keyed hashes of an account and of an address on the net. Reached by its function alone.
create table app.login_attempt (
  key_hash bytea primary key,
  tries integer not null,
  ends_at timestamptz not null
);
create index login_attempt_end on app.login_attempt (ends_at);
alter table app.login_attempt enable row level security;
alter table app.login_attempt force row level security;
create policy of_shop on app.login_attempt to afterglow_app using (false) with check (false);
do $$ begin execute format('create policy of_owner on app.login_attempt to %I using (true) with check (true)', current_user); end $$;

-- Counts a try for each key; answers for how many seconds no further one is let in, or 0. Tries that are refused count as well.
create function app.count_login(p_keys bytea[], p_limits integer[], p_window interval) returns integer
  language plpgsql volatile security definer set search_path = app, pg_temp
as $$
declare v_wait integer;
begin
  delete from app.login_attempt where key_hash in (
    select a.key_hash from app.login_attempt a where a.ends_at < app.lease_now() order by a.ends_at limit 100 for update skip locked);
  with tried as (
    insert into app.login_attempt as a (key_hash, tries, ends_at)
      select k.key, 1, app.lease_now() + p_window from unnest(p_keys) as k (key) order by k.key
      on conflict (key_hash) do update set
        tries = case when a.ends_at < app.lease_now() then 1 else least(a.tries, 1000000) + 1 end,
        ends_at = case when a.ends_at < app.lease_now() then excluded.ends_at else a.ends_at end
      returning a.key_hash, a.tries, a.ends_at
  )
  select coalesce(max(ceil(extract(epoch from t.ends_at - app.lease_now()))) filter (where t.tries > l.max), 0)
    into v_wait from tried t join unnest(p_keys, p_limits) as l (key, max) on l.key = t.key_hash;
  return v_wait;
end $$;

-- After a right password: what was counted against this account is forgotten.
create function app.forget_logins(p_keys bytea[]) returns void
  language sql volatile security definer set search_path = app, pg_temp
  as $$ delete from app.login_attempt where key_hash = any (p_keys) $$;

-- Who may sign in with an address: of the given shop, or of that where they have been for longest.
create function app.find_member(p_email text, p_shop uuid)
  returns table (shop_id uuid, id uuid, password_hash text, subject text)
  language sql stable security definer set search_path = app, pg_temp
  as $$ select m.shop_id, m.id, m.password_hash, m.subject from app.member m
    where m.email = p_email and m.disabled_at is null and (p_shop is null or m.shop_id = p_shop)
    order by m.created_at, m.id limit 1 $$;

create function app.find_invitation(p_hash bytea)
  returns table (shop_id uuid, id uuid)
  language sql stable security definer set search_path = app, pg_temp
  as $$ select m.shop_id, m.id from app.member m
    where m.invite_hash = p_hash and m.invite_ends_at > app.lease_now() and m.disabled_at is null $$;

create function app.find_session(p_hash bytea)
  returns table (shop_id uuid, id uuid, member_id uuid, role text)
  language sql stable security definer set search_path = app, pg_temp
  as $$ select s.shop_id, s.id, s.member_id, m.role from app.member_session s
    join app.member m on m.shop_id = s.shop_id and m.id = s.member_id
    where s.token_hash = p_hash and s.ends_at > app.lease_now() and s.idle_ends_at > app.lease_now() and m.disabled_at is null $$;

create trigger audited after insert or update or delete on app.member
  for each row when (coalesce(current_setting('app.actor', true), '') <> '')
  execute function app.audit_row('member', 'id', 'role,disabled_at,*email,*name,*password_hash,*subject,*invite_hash');
`;
