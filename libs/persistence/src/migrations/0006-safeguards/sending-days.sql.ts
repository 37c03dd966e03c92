/** How many messages a shop with a ceiling has handed over on each of its days; without a ceiling nothing is counted. */
export const sendingDaysSql = /* sql */ `
create table app.sending_day (
  shop_id uuid not null references app.shop (id),
  -- Of the shop's own zone, by business time.
  day date not null,
  medium text not null,
  handed integer not null check (handed >= 0),
  primary key (shop_id, day, medium)
) with (fillfactor = 50);
`;
