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
  primary key (shop_id, id)
);
create unique index mail_domain_selector on app.mail_domain (shop_id, domain, selector);

create trigger audited_sender after update of sender on app.shop
  for each row when (coalesce(current_setting('app.actor', true), '') <> '')
  execute function app.audit_row('shop', 'id', 'sender');
create trigger audited after insert or update or delete on app.mail_domain
  for each row when (coalesce(current_setting('app.actor', true), '') <> '')
  execute function app.audit_row('mail-domain', 'id', 'domain,selector,verified_at');
`;
