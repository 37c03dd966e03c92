/** For commands that concern an installation as a whole. */
export const shopIdsSql = /* sql */ `
-- Every shop, the first one first.
create function app.shop_ids() returns setof uuid
  language sql stable security definer set search_path = app, pg_temp
  as $$ select s.id from app.shop s order by s.created_at, s.id $$;
`;
