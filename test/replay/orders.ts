import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { crc32, gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { wallTime } from './wall-clock.js';

const FIRST_ORDER_ID = 5_000_000_000;
const FIRST_CUSTOMER_ID = 7_000_000_000;

export interface ReplayLine {
  title: string;
  productId: string;
  price: string;
}

/** One order of the tables; times are milliseconds since the epoch, null where the table has none. */
export interface ReplayOrder {
  /** The table's id; it becomes the order's name */
  name: string;
  /** Grows with (purchase time, name) */
  id: number;
  person: string;
  customerId: number;
  status: string;
  purchasedAt: number;
  approvedAt: number | null;
  shippedAt: number | null;
  deliveredAt: number | null;
  /** YYYY-MM-DD: by the end of that day */
  promisedDay: string;
  lines: ReplayLine[];
  /** In reais with two decimals */
  total: string;
}

/** The address of a person of the tables. */
export const emailOf = (person: string): string => `${person}@example.com`;

export interface ReplayAnswer {
  id: string;
  orderId: number;
  person: string;
  score: number;
  title: string;
  comment: string;
  at: number;
}

export interface ReplayData {
  orders: ReplayOrder[];
  answers: ReplayAnswer[];
}

export type Row = Record<string, string>;

export interface Tables {
  orders: Row[];
  customers: Row[];
  items: Row[];
  payments: Row[];
  reviews: Row[];
  products: Row[];
}

/** The rows of `<name>.csv` or `<name>.csv.gz`; undefined when the folder has neither. */
export function readTable(folder: string, name: string): Row[] | undefined {
  const plain = path.join(folder, `${name}.csv`);
  const packed = `${plain}.gz`;
  const read = (): Buffer | undefined => {
    if (existsSync(plain)) return readFileSync(plain);
    return existsSync(packed) ? gunzipSync(readFileSync(packed)) : undefined;
  };
  const bytes = read();
  return bytes && (parse(bytes, { columns: true, bom: true }) as Row[]);
}

export function readTables(folder: string): Tables | undefined {
  const table = (name: string): Row[] | undefined => readTable(folder, `olist_${name}_dataset`);
  const orders = table('orders');
  if (!orders) return undefined;
  const needed = (name: string): Row[] => {
    const rows = table(name);
    if (!rows) throw new Error(`${folder} holds no olist_${name}_dataset.csv: name a folder with all tables`);
    return rows;
  };
  return {
    orders,
    customers: needed('customers'),
    items: needed('order_items'),
    payments: needed('order_payments'),
    reviews: needed('order_reviews'),
    products: needed('products'),
  };
}

/** The people of one of so many parts of about the same size, with all that is theirs. */
export function shareOfData({ orders, answers }: ReplayData, part: number, of: number): ReplayData {
  const isIn = ({ person }: { person: string }): boolean => crc32(person) % of === part - 1;
  return { orders: orders.filter(isIn), answers: answers.filter(isIn) };
}

export function buildData(tables: Tables): ReplayData {
  const orders = buildOrders(tables);
  const byName = new Map(orders.map((order) => [order.name, order]));
  return { orders, answers: tables.reviews.map((row) => buildAnswer(row, byName)) };
}

function buildOrders(tables: Tables): ReplayOrder[] {
  const people = new Map(tables.customers.map((row) => [row['customer_id'], row['customer_unique_id'] ?? '']));
  const titles = new Map(tables.products.map((row) => [row['product_id'], row['product_category_name']]));
  const items = grouped(tables.items);
  const payments = grouped(tables.payments);
  const customerIds = new Map<string, number>();

  return tables.orders.toSorted(byPurchase).map((row, index) => {
    const name = row['order_id'] ?? '';
    const person = people.get(row['customer_id'] ?? '') ?? '';
    if (!customerIds.has(person)) customerIds.set(person, FIRST_CUSTOMER_ID + customerIds.size + 1);
    const lines = items.get(name) ?? [];
    return {
      name,
      id: FIRST_ORDER_ID + index + 1,
      person,
      customerId: customerIds.get(person) ?? 0,
      status: row['order_status'] ?? '',
      purchasedAt: wallTime(row['order_purchase_timestamp']) ?? 0,
      approvedAt: wallTime(row['order_approved_at']),
      shippedAt: wallTime(row['order_delivered_carrier_date']),
      deliveredAt: wallTime(row['order_delivered_customer_date']),
      promisedDay: (row['order_estimated_delivery_date'] ?? '').slice(0, 10),
      lines: lines.map((item) => ({
        title: titles.get(item['product_id']) || 'sem categoria',
        productId: item['product_id'] ?? '',
        price: item['price'] ?? '0.00',
      })),
      total: lines.length > 0 ? sum(lines, 'price', 'freight_value') : sum(payments.get(name) ?? [], 'payment_value'),
    };
  });
}

function byPurchase(left: Row, right: Row): number {
  const key = (row: Row): string => `${row['order_purchase_timestamp']}|${row['order_id']}`;
  return key(left) < key(right) ? -1 : 1;
}

function grouped(rows: Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const order = row['order_id'] ?? '';
    const group = groups.get(order);
    if (group) group.push(row);
    else groups.set(order, [row]);
  }
  return groups;
}

/** Adds in centavos, so that no sum is rounded. */
function sum(rows: Row[], ...columns: string[]): string {
  const cents = rows.flatMap((row) => columns.map((column) => Math.round(Number(row[column] ?? 0) * 100)));
  return (cents.reduce((total, amount) => total + amount, 0) / 100).toFixed(2);
}

function buildAnswer(row: Row, orders: ReadonlyMap<string, ReplayOrder>): ReplayAnswer {
  const order = orders.get(row['order_id'] ?? '');
  if (!order) throw new Error(`The review ${row['review_id']} names no order of the table.`);
  return {
    id: `${row['review_id']}${order.name}`,
    orderId: order.id,
    person: order.person,
    score: Number(row['review_score']),
    title: row['review_comment_title'] ?? '',
    comment: row['review_comment_message'] ?? '',
    at: wallTime(row['review_answer_timestamp'] || row['review_creation_date']) ?? order.purchasedAt,
  };
}
