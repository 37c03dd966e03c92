/**
 * Id of the record that customer `alias` was merged into, or its own. Under row-level security only conditions without side
 * channels may use an index, and PostgreSQL counts `coalesce` among the doubtful ones: with it every look-up reads all customers.
 */
export const presentId = (alias: string): string =>
  `case when ${alias}.merged_into is null then ${alias}.id else ${alias}.merged_into end`;
