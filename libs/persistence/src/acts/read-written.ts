import type { Transaction } from '#app/application';
import type { WrittenFacts } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { pg } from '../connection/pg-unit-of-work.js';
import { presentId } from '../facts/present-customer.sql.js';

interface WrittenRow extends QueryResultRow {
  readonly asked: string;
  readonly attributes: WrittenFacts['attributes'] | null;
  readonly tags: WrittenFacts['tags'] | null;
  readonly arms: WrittenFacts['arms'] | null;
}

/** Milliseconds since 1970, as the facts count them. */
const SET_AT = 'floor(extract(epoch from t.set_at) * 1000)';

// Subqueries instead of joins: each is one look-up by key, whatever the planner believes about tables it has no statistics of.
const WRITTEN = `
select w.asked, w.attributes, w.tags, w.arms from (
  select a.id as asked,
    (select jsonb_object_agg(t.name, jsonb_build_object('value', t.value, 'at', ${SET_AT})) from app.customer_attribute t
      where t.shop_id = a.shop_id and t.customer_id = ${presentId('a')}) as attributes,
    (select jsonb_object_agg(t.tag, jsonb_build_object('isOn', t.is_on, 'at', ${SET_AT})) from app.customer_tag t
      where t.shop_id = a.shop_id and t.customer_id = ${presentId('a')}) as tags,
    (select jsonb_object_agg(j.key || ' ' || t.step, t.arm) from app.assignment t join app.journey j on j.shop_id = t.shop_id and j.id = t.journey_id
      where t.shop_id = a.shop_id and t.customer_id = ${presentId('a')}) as arms
  from app.customer a where a.shop_id = app.current_shop() and a.id = any($1::uuid[])
  offset 0) w
where w.attributes is not null or w.tags is not null or w.arms is not null`;

/** What journeys wrote about these people, by the ids asked for; of a merged record, what stands at the one it was merged into. */
export async function readWritten(
  tx: Transaction,
  customerIds: readonly string[],
): Promise<ReadonlyMap<string, WrittenFacts>> {
  if (customerIds.length === 0) return new Map();
  const rows = await pg(tx).query<WrittenRow>(WRITTEN, [customerIds], 'acts_written');
  return new Map(
    rows.map(({ asked, attributes, tags, arms }) => [
      asked,
      { attributes: attributes ?? {}, tags: tags ?? {}, arms: arms ?? {} },
    ]),
  );
}
