/** Whose question a text answers. */
export const askersSql = /* sql */ `
-- Of some shops the one that asked a number something last, within the time that consent may be confirmed in: by a survey, or whether they want texts.
create function app.shop_asking(p_number text, p_shops uuid[], p_medium text) returns uuid
  language plpgsql stable security definer set search_path = app, pg_temp
as $$
declare asker uuid;
begin
  -- the medium is written out: an index of one medium serves no other
  execute format('
    select m.shop_id from app.message m
    where m.medium = %L and m.address = $1 and m.handed_at >= app.now() - interval ''30 days'' and m.shop_id = any($2)
      and m.state in (''handing'', ''sent'', ''unknown'')
      and (m.survey is not null or (m.class = ''service'' and m.context -> ''event'' ->> ''type'' = ''consent.changed''
        and m.context -> ''event'' -> ''data'' ->> ''state'' = ''pending''))
    order by m.handed_at desc limit 1', p_medium) using p_number, p_shops into asker;
  return asker;
end $$;
`;
