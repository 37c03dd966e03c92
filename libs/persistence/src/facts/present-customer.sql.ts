/**
 * Id of the record that customer `alias` was merged into, or its own. Under row-level security only conditions without side
 * channels may use an index, and PostgreSQL counts `coalesce` among the doubtful ones: with it every look-up reads all customers.
 */
export const presentId = (alias: string): string =>
  `case when ${alias}.merged_into is null then ${alias}.id else ${alias}.merged_into end`;

/** Ids of who has or had the e-mail address $1; two look-ups, where an `or` would read everybody. */
export const IDS_OF_EMAIL = `
  select c.id from app.customer c where c.shop_id = app.current_shop() and c.email = $1
  union select i.customer_id from app.customer_identity i where i.shop_id = app.current_shop() and i.kind = 'email' and i.value = $1`;
