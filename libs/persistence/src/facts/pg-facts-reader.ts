import { Injectable } from '@nestjs/common';
import { FactsReader, type FactsSubject, NO_LETTERHEAD, type Transaction } from '#app/application';
import {
  AfterglowError,
  type CustomerFacts,
  type FactsSnapshot,
  type Letterhead,
  type OrderFacts,
  PermanentError,
  type ShopFacts,
  withWrittenFacts,
  type WrittenFacts,
} from '#app/domain';
import { readWritten } from '../acts/read-written.js';
import { pg } from '../connection/pg-unit-of-work.js';
import { presentId } from './present-customer.sql.js';

interface CustomerRow {
  asked: string;
  id: string;
  facts: CustomerFacts;
  order_count: number;
}

interface OrderRow {
  id: string;
  facts: OrderFacts;
  ordinal: number;
}

const CUSTOMERS = `
  select a.id as asked, c.id, c.facts, c.order_count
  from app.customer a join app.customer c on c.shop_id = a.shop_id and c.id = ${presentId('a')}
  where a.id = any($1::uuid[])`;

// Ids compare by their bytes, as they do in the fold: shorter first, so that numbers of any length count up.
const ORDERS = `
  select o.id, o.facts, case when o.placed_at is null then 0 else (
    select count(*)::int from app.orders p
    where p.customer_id = o.customer_id and p.placed_at is not null
      and (p.placed_at, length(p.external_id), p.external_id collate "C") <= (o.placed_at, length(o.external_id), o.external_id collate "C")
  ) end as ordinal
  from app.orders o where o.id = any($1::uuid[])`;

@Injectable()
export class PgFactsReader extends FactsReader {
  async shop(tx: Transaction): Promise<ShopFacts> {
    const [row] = await pg(tx).query<Omit<ShopFacts, 'letterhead'> & { letterhead: Partial<Letterhead> }>(
      `select id, name, time_zone as "timeZone", currency, locale, letterhead from app.shop where id = app.current_shop()`,
      [],
      'facts_shop',
    );
    if (!row)
      throw new PermanentError('not_found', 'This shop does not exist. Check the key that the call was made with.');
    return { ...row, letterhead: { ...NO_LETTERHEAD, ...row.letterhead } };
  }

  async snapshots(tx: Transaction, shop: ShopFacts, subjects: readonly FactsSubject[]): Promise<FactsSnapshot[]> {
    if (subjects.length === 0) return [];
    const customerIds = [...new Set(subjects.map((subject) => subject.customerId))];
    const orderIds = [...new Set(subjects.flatMap((subject) => subject.orderId ?? []))];
    const [customerRows, orderRows, written] = await Promise.all([
      pg(tx).query<CustomerRow>(CUSTOMERS, [customerIds], 'facts_customers'),
      pg(tx).query<OrderRow>(ORDERS, [orderIds], 'facts_orders'),
      readWritten(tx, customerIds),
    ]);
    const customers = new Map(customerRows.map((row) => [row.asked, row]));
    const orders = new Map(orderRows.map((row) => [row.id, row]));
    return subjects.map(({ customerId, orderId }) => {
      const customer = customers.get(customerId);
      const order = orderId === null ? undefined : orders.get(orderId);
      if (!customer || (orderId !== null && !order)) {
        throw new AfterglowError(
          'internal',
          `No facts are stored of customer ${customerId} with order ${orderId ?? 'none'}.`,
        );
      }
      const snapshot = {
        shop,
        customerId: customer.id,
        customer: customer.facts,
        orderCount: customer.order_count,
        order: order?.facts ?? null,
        position: { ordinal: order?.ordinal ?? 0 },
      };
      return withWrittenFacts(snapshot, written.get(customerId));
    });
  }

  written(tx: Transaction, customerIds: readonly string[]): Promise<ReadonlyMap<string, WrittenFacts>> {
    return readWritten(tx, customerIds);
  }
}
