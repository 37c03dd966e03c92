/** Joins what a provider told of the message `m` since, as `told`. */
export const toldOf = (message: string): string =>
  `left join app.message_status told on told.shop_id = ${message}.shop_id and told.message_id = ${message}.id`;

/** As the API shows it; null where nothing was told. */
export const TOLD_STATUS = `case when told.message_id is not null then jsonb_build_object(
  'status', told.status, 'at', to_char(told.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'code', told.code,
  'cost', case when told.cost_micros is not null then jsonb_build_object(
    'amount', trim_scale(told.cost_micros / 1000000::numeric)::text, 'currency', told.cost_currency) end) end`;
