/** What stands around the words of a shop's e-mail. */
export const letterheadSql = /* sql */ `
-- {color, logoUrl, address}: what isn't there is as it is for everybody.
alter table app.shop add column letterhead jsonb not null default '{}';
create trigger audited_letterhead after update of letterhead on app.shop
  for each row when (coalesce(current_setting('app.actor', true), '') <> '')
  execute function app.audit_row('shop', 'id', 'letterhead');
`;
