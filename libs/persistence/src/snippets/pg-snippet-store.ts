import { Injectable } from '@nestjs/common';
import {
  type NewSnippet,
  type Page,
  type PageRequest,
  type ProductKey,
  type Snippet,
  type SnippetFilter,
  SnippetStore,
  type SnippetSubject,
  type Transaction,
} from '#app/application';
import type { QueryResultRow } from 'pg';
import { pageOf } from '../connection/pages.js';
import { pg } from '../connection/pg-unit-of-work.js';

interface Row extends QueryResultRow {
  readonly id: string;
  readonly name: string;
  readonly about: SnippetSubject;
  readonly product: string;
  readonly locale: string;
  readonly text: string;
  readonly updated_at: Date;
}

const COLUMNS = 's.id, s.name, s.about, s.product, s.locale, s.text, s.updated_at';

/** $1: the row before, $2: name, $3 and $4: subject, $5: how many. */
const PAGE = `
select ${COLUMNS} from app.product_snippet s
where s.shop_id = app.current_shop()
  and ($1::uuid is null or (s.name, s.about, s.product, s.locale) >
    (select b.name, b.about, b.product, b.locale from app.product_snippet b where b.shop_id = app.current_shop() and b.id = $1))
  and ($2::text is null or s.name = $2) and ($3::text is null or s.about = $3 and s.product = $4)
order by s.name, s.about, s.product, s.locale limit $5`;

const PUT = `
insert into app.product_snippet as s (shop_id, name, about, product, locale, text, updated_at)
select app.current_shop(), n.name, n.about, n.product, n.locale, n.text, app.now()
from json_to_recordset($1::json) as n (name text, about text, product text, locale text, text text)
order by n.name, n.about, n.product, n.locale
on conflict (shop_id, name, about, product, locale) do update set text = excluded.text, updated_at = excluded.updated_at
  where s.text <> excluded.text
returning s.xmax = 0 as is_new`;

const FIND = `
select ${COLUMNS} from app.product_snippet s
where s.shop_id = app.current_shop() and s.name = $1 and s.about = $2 and s.product = $3 and s.locale = $4`;

/** One look-up by key for each. */
const ABOUT = `
select s.name, s.about, s.product, s.locale, s.text from unnest($1::text[], $2::text[]) as k (about, product)
cross join lateral (
  select p.* from app.product_snippet p
  where p.shop_id = app.current_shop() and p.about = k.about and p.product = k.product
    and ($3::text[] is null or p.name = any($3)) offset 0) s
order by s.about, s.product, s.name, s.locale`;

const KNOWN = `
select k.name from unnest($1::text[]) as k (name)
where exists (select from app.product_snippet s where s.shop_id = app.current_shop() and s.name = k.name offset 0)`;

@Injectable()
export class PgSnippetStore extends SnippetStore {
  async page(tx: Transaction, { name, key }: SnippetFilter, page: PageRequest): Promise<Page<Snippet>> {
    const filter = [name ?? null, key?.about ?? null, key?.product ?? null];
    const rows = await pg(tx).query<Row>(PAGE, [page.after, ...filter, page.limit + 1]);
    return pageOf(rows, page, toSnippet);
  }

  async put(tx: Transaction, snippet: NewSnippet): Promise<Snippet> {
    await this.putAll(tx, [snippet]);
    const { name, about, product, locale } = snippet;
    const [row] = await pg(tx).query<Row>(FIND, [name, about, product, locale]);
    return toSnippet(row as Row);
  }

  async putAll(tx: Transaction, snippets: readonly NewSnippet[]): Promise<{ added: number; changed: number }> {
    if (snippets.length === 0) return { added: 0, changed: 0 };
    const rows = await pg(tx).query<{ is_new: boolean }>(PUT, [JSON.stringify(snippets)]);
    const added = rows.filter((row) => row.is_new).length;
    return { added, changed: rows.length - added };
  }

  async remove(tx: Transaction, id: string): Promise<boolean> {
    const sql = 'delete from app.product_snippet s where s.shop_id = app.current_shop() and s.id = $1';
    return (await pg(tx).run(sql, [id])) > 0;
  }

  about(tx: Transaction, keys: readonly ProductKey[], names: readonly string[] | null): Promise<readonly NewSnippet[]> {
    const values = [keys.map(({ about }) => about), keys.map(({ product }) => product), names];
    // planned each time: a plan that was made for the first few snippets would read all of those that a list brings
    return pg(tx).query<Row>(ABOUT, values);
  }

  async known(tx: Transaction, names: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await pg(tx).query<{ name: string }>(KNOWN, [names]);
    return new Set(rows.map(({ name }) => name));
  }
}

function toSnippet({ updated_at: updatedAt, ...snippet }: Row): Snippet {
  return { ...snippet, updatedAt: updatedAt.getTime() };
}
