/** Where a shop sends text messages, and what it pays for them. */
export const textsSql = /* sql */ `
-- {countries, prices}: what isn't there is as by default.
alter table app.shop add column texts jsonb not null default '{}';
create trigger audited_texts after update of texts on app.shop
  for each row when (coalesce(current_setting('app.actor', true), '') <> '')
  execute function app.audit_row('shop', 'id', 'texts');
`;
