import { Injectable } from '@nestjs/common';
import {
  type CustomerRecord,
  FactsReader,
  type OrderRecord,
  type Page,
  type PageRequest,
  PeopleDirectory,
  type Transaction,
} from '#app/application';
import { type CustomerFacts, EMPTY_CUSTOMER, factsView, type OrderFacts, withWritten } from '#app/domain';
import { afterCreated, pageOf } from '../connection/pages.js';
import { pg } from '../connection/pg-unit-of-work.js';
import { IDS_OF_EMAIL, presentId } from './present-customer.sql.js';

interface CustomerRow {
  id: string;
  facts: CustomerFacts;
  order_count: number;
  created_at: Date;
}

interface OrderRow {
  id: string;
  customer_id: string | null;
  created_at: Date;
}

const CUSTOMER = `
  select c.id, c.facts, c.order_count, c.created_at
  from app.customer a join app.customer c on c.shop_id = a.shop_id and c.id = ${presentId('a')}
  where a.id = $1`;

@Injectable()
export class PgPeopleDirectory extends PeopleDirectory {
  constructor(private readonly facts: FactsReader) {
    super();
  }

  async customers(
    tx: Transaction,
    filter: { readonly email?: string | undefined },
    page: PageRequest,
  ): Promise<Page<CustomerRecord>> {
    const email = filter.email?.trim().toLowerCase();
    const rows = await pg(tx).query<CustomerRow>(
      `select t.id, t.facts, t.order_count, t.created_at from app.customer t
       where t.merged_into is null and ${afterCreated('app.customer', 2, page)}
         and ${email === undefined ? '$1::text is null' : `t.id in (${IDS_OF_EMAIL})`}
       order by t.created_at, t.id limit $3`,
      [email ?? null, page.after, page.limit + 1],
    );
    return pageOf(await this.withWritten(tx, rows), page, toCustomer);
  }

  async customer(tx: Transaction, id: string): Promise<CustomerRecord | null> {
    const [row] = await this.withWritten(tx, await pg(tx).query<CustomerRow>(CUSTOMER, [id]));
    return row ? toCustomer(row) : null;
  }

  /** The facts with what journeys wrote, as conditions and templates see them. */
  private async withWritten(tx: Transaction, rows: readonly CustomerRow[]): Promise<CustomerRow[]> {
    const written = await this.facts.written(
      tx,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => ({ ...row, facts: withWritten(row.facts, written.get(row.id)) }));
  }

  async orders(
    tx: Transaction,
    filter: { readonly externalId?: string | undefined; readonly customerId?: string | undefined },
    page: PageRequest,
  ): Promise<Page<OrderRecord>> {
    const rows = await pg(tx).query<OrderRow>(
      `select t.id, t.customer_id, t.created_at from app.orders t
       where ${afterCreated('app.orders', 3, page)} and ($1::text is null or t.external_id = $1)
         and ($2::uuid is null or t.customer_id = (select ${presentId('c')} from app.customer c where c.id = $2))
       order by t.created_at, t.id limit $4`,
      [filter.externalId ?? null, filter.customerId ?? null, page.after, page.limit + 1],
    );
    const { items, next } = pageOf(rows, page, (row) => row);
    return { items: await this.toOrders(tx, items), next };
  }

  async order(tx: Transaction, id: string): Promise<OrderRecord | null> {
    const rows = await pg(tx).query<OrderRow>('select id, customer_id, created_at from app.orders where id = $1', [id]);
    const [order] = await this.toOrders(tx, rows);
    return order ?? null;
  }

  private async toOrders(tx: Transaction, rows: readonly OrderRow[]): Promise<OrderRecord[]> {
    const shop = await this.facts.shop(tx);
    const known = rows.flatMap((row) =>
      row.customer_id === null ? [] : [{ customerId: row.customer_id, orderId: row.id }],
    );
    const snapshots = await this.facts.snapshots(tx, shop, known);
    const byOrder = new Map(known.map(({ orderId }, index) => [orderId, snapshots[index]]));
    const orphans = await placeholders(
      tx,
      rows.filter((row) => row.customer_id === null).map((row) => row.id),
    );
    return rows.flatMap((row) => {
      const snapshot = byOrder.get(row.id);
      const facts = snapshot?.order ?? orphans.get(row.id);
      if (!facts) return [];
      const customer = snapshot
        ? { id: snapshot.customerId, externalIds: snapshot.customer.externalIds, email: snapshot.customer.email }
        : null;
      const view = factsView(
        snapshot ?? {
          shop,
          customerId: '',
          customer: EMPTY_CUSTOMER,
          orderCount: 0,
          order: facts,
          position: { ordinal: 0 },
        },
      )['order'];
      // The view holds every field of the facts and the flags that follow from them; `id` there is the sender's.
      return [
        {
          ...(view as unknown as OrderRecord),
          id: row.id,
          externalId: facts.id,
          customer,
          refunds: facts.refunds,
          createdAt: row.created_at.toISOString(),
        },
      ];
    });
  }
}

async function placeholders(tx: Transaction, ids: readonly string[]): Promise<Map<string, OrderFacts>> {
  if (ids.length === 0) return new Map<string, OrderFacts>();
  const rows = await pg(tx).query<{ id: string; facts: OrderFacts }>(
    'select id, facts from app.orders where id = any($1::uuid[])',
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row.facts]));
}

function toCustomer({ id, facts, order_count, created_at }: CustomerRow): CustomerRecord {
  const { stamps: _stamps, consents, choices: _choices, ...profile } = facts;
  const states = Object.entries(consents).map(
    ([channel, { state, at, proof }]) => [channel, { state, at, proof }] as const,
  );
  return {
    id,
    ...profile,
    consents: Object.fromEntries(states),
    orderCount: order_count,
    createdAt: created_at.toISOString(),
  };
}
