/** Who e-mail of a shop comes from, and the keys that sign it. */
export const sendersSql = /* sql */ `
-- {name, email, replyTo}: what isn't there is as the installation has it.
alter table app.shop add column sender jsonb not null default '{}';

create table app.mail_domain (
  shop_id uuid not null references app.shop (id),
  id uuid not null,
  domain text not null,
  selector text not null,
  -- Base64 of the SubjectPublicKeyInfo, as the DNS is to hold it.
  public_key text not null,
  -- PKCS #8 in PEM, sealed.
  private_key text not null,
  created_at timestamptz not null default app.now(),
  checked_at timestamptz,
  -- Set while the last look found the key in the DNS: that makes the domain the shop's.
  verified_at timestamptz,
  -- Looks of ours in a row that found nothing, and the clock of leases: when we look again by ourselves.
  misses integer not null default 0,
  look_at timestamptz not null default app.lease_now() + interval '10 minutes',
  primary key (shop_id, id)
);
create index mail_domain_look on app.mail_domain (look_at);
create unique index mail_domain_selector on app.mail_domain (shop_id, domain, selector);

create trigger audited_sender after update of sender on app.shop
  for each row when (coalesce(current_setting('app.actor', true), '') <> '')
  execute function app.audit_row('shop', 'id', 'sender');
create trigger audited after insert or update or delete on app.mail_domain
  for each row when (coalesce(current_setting('app.actor', true), '') <> '')
  execute function app.audit_row('mail-domain', 'id', 'domain,selector,verified_at');

-- Domains whose DNS is to be looked at again; whoever claims one and dies leaves it to others an hour later.
create function app.claim_mail_domains(p_limit integer) returns table (shop_id uuid, id uuid)
  language sql volatile security definer set search_path = app, pg_temp
as $$
  update app.mail_domain d set look_at = app.lease_now() + interval '1 hour'
  from (select m.shop_id, m.id from app.mail_domain m where m.look_at <= app.lease_now()
        order by m.look_at limit p_limit for update skip locked) due
  where d.shop_id = due.shop_id and d.id = due.id
  returning d.shop_id, d.id
$$;
`;
