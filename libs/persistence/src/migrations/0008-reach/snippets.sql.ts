/** Texts that a shop keeps about its products. */
export const snippetsSql = /* sql */ `
create table app.product_snippet (
  shop_id uuid not null references app.shop (id),
  id uuid not null default gen_random_uuid(),
  name text not null,
  about text not null check (about in ('sku', 'product', 'any')),
  -- Article number or the sender's id of a product.
  product text not null check ((product = '') = (about = 'any')),
  -- A language tag, or default.
  locale text not null,
  text text not null,
  updated_at timestamptz not null default app.now(),
  primary key (shop_id, id),
  unique (shop_id, name, about, product, locale)
);
create index product_snippet_of_product on app.product_snippet (shop_id, about, product, name);
create trigger audited after insert or update or delete on app.product_snippet
  for each row when (coalesce(current_setting('app.actor', true), '') <> '')
  execute function app.audit_row('snippet', 'id', 'name,about,product,locale,text');
`;
