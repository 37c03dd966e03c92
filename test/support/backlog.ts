import type pg from 'pg';

export interface Backlog {
  /** The one with nearly all of it. */
  readonly hugeShop: string;
  readonly smallShops: readonly string[];
  readonly events: number;
  /** What the huge shop's bodies are numbered from, in the order in which they came. */
  readonly firstSeq: number;
}

export interface BacklogLeft {
  readonly huge: number;
  readonly small: number;
  /** Bodies that were taken in before an older one of their shop. */
  readonly overtaken: number;
}

/** Bodies of one event each, by a huge shop and as many small ones, that came in faster than anybody took them: the huge shop's first. */
export async function fillInbox(client: pg.Client, ofHuge: number, shops: number, ofEach: number): Promise<Backlog> {
  const { rows } = await client.query<{ id: string }>(
    `insert into app.shop (id, name, time_zone, currency, locale)
     select gen_random_uuid(), 'shop ' || n, 'UTC', 'EUR', 'en' from generate_series(0, $1::int) n returning id`,
    [shops],
  );
  const [hugeShop = '', ...smallShops] = rows.map(({ id }) => id);
  await fill(client, [hugeShop], ofHuge);
  const { rows: firsts } = await client.query<{ seq: string }>(
    'select min(seq) as seq from app.inbox_event where shop_id = $1',
    [hugeShop],
  );
  await fill(client, smallShops, ofEach);
  await client.query('vacuum analyze app.inbox_event');
  return { hugeShop, smallShops, events: ofHuge + shops * ofEach, firstSeq: Number(firsts[0]?.seq) };
}

async function fill(client: pg.Client, shops: readonly string[], count: number): Promise<void> {
  await client.query(
    `insert into app.inbox_event (shop_id, received_at, id, source_id, kind, headers, body)
     select s, date_trunc('milliseconds', app.now()), gen_random_uuid(), s, 'api', '{}', json_build_object(
       'id', 'e' || n, 'type', 'customer.created', 'occurredAt', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       'customer', json_build_object('externalId', 'c' || n, 'email', 'c' || n || '@example.com'),
       'data', json_build_object('profile', json_build_object('firstName', 'Ann')))::text
     from unnest($1::uuid[]) s, generate_series(1, $2::int) n`,
    [shops, count],
  );
}

export async function leftOf(client: pg.Client, { hugeShop }: Backlog): Promise<BacklogLeft> {
  const { rows } = await client.query<{ huge: string; small: string; overtaken: string }>(
    `select count(*) filter (where state in ('new', 'claimed') and shop_id = $1) as huge,
       count(*) filter (where state in ('new', 'claimed') and shop_id <> $1) as small,
       count(*) filter (where state = 'done' and seq > first_new) as overtaken
     from (select state, shop_id, seq, min(seq) filter (where state = 'new') over (partition by shop_id) as first_new from app.inbox_event) e`,
    [hugeShop],
  );
  return { huge: Number(rows[0]?.huge), small: Number(rows[0]?.small), overtaken: Number(rows[0]?.overtaken) };
}
