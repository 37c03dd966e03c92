import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from '../support/http-client.js';
import { orderPlaced } from '../support/shopify-orders.js';
import { shopifyHeaders, ShopifySender, type ShopifyWebhook } from '../support/shopify-sender.js';

/** A share of the orders comes again, and a share later than those after it: senders promise neither once nor in order. */
const TWICE = 0.3;
const LATE = 0.1;
const MAX_LATE_MS = 1_500;
const RETRY_MS = 150;
/** A sender that is refused for longer gives up, which a test counts as a failure of its own. */
const PATIENCE_MS = 60_000;
const CONNECTIONS = 24;
const MAX_REFUSALS = 20;

export interface Target {
  /** Base URLs of the processes that take webhooks. */
  readonly urls: readonly string[];
  readonly path: string;
  readonly secret: string;
}

export interface Tally {
  /** Orders that were answered 2xx: from then on they must not be lost. */
  readonly accepted: Set<number>;
  /** Answers by status; 0 for a connection that broke. */
  readonly answers: Map<number, number>;
  /** What the first of those said that were not taken: the reason, or how the connection broke. */
  readonly refusals: string[];
  /** Longest answer in milliseconds, of those that came. */
  slowestMs: number;
}

/** Sends orders as a shop's platform does: each until it is taken, some of them twice, some late. */
export class Load {
  readonly tally: Tally = { accepted: new Set(), answers: new Map(), refusals: [], slowestMs: 0 };
  private clients: readonly HttpClient[];
  private readonly left: HttpClient[] = [];
  private readonly underWay: Promise<void>[] = [];

  constructor(
    public target: Target,
    private readonly random: () => number,
  ) {
    this.clients = target.urls.map((url) => new HttpClient(url, CONNECTIONS));
  }

  /** `first`: number of the first order. Returns when each of them has been taken. @throws when one was given up */
  async send(first: number, count: number, perSecond: number): Promise<void> {
    const startedAt = performance.now();
    for (let index = 0; index < count; index += 1) {
      const wait = startedAt + (index * 1_000) / perSecond - performance.now();
      if (wait > 0) await sleep(wait);
      this.begin(first + index);
    }
    await Promise.all(this.underWay.splice(0));
  }

  /** One order so many times at the same moment. */
  async sendAtOnce(id: number, times: number): Promise<void> {
    const webhook = orderOf(id);
    await Promise.all(Array.from({ length: times }, () => this.deliver(id, webhook, 0)));
  }

  /** The whole request of an order as it goes over the wire. */
  rawRequest(id: number): Buffer {
    const { path, secret } = this.target;
    const webhook = orderOf(id);
    const headers = { ...shopifyHeaders(webhook, secret), 'content-length': String(Buffer.byteLength(webhook.body)) };
    const lines = Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}`);
    return Buffer.from([`POST ${path} HTTP/1.1`, ...lines, '', webhook.body].join('\r\n'));
  }

  /** Where it goes from now on; what is under way ends where it began. */
  moveTo(urls: readonly string[]): void {
    this.left.push(...this.clients);
    this.target = { ...this.target, urls };
    this.clients = urls.map((url) => new HttpClient(url, CONNECTIONS));
  }

  close(): void {
    for (const client of [...this.left, ...this.clients]) client.close();
  }

  private begin(id: number): void {
    const webhook = orderOf(id);
    const delay = this.random() < LATE ? this.random() * MAX_LATE_MS : 0;
    this.follow(this.deliver(id, webhook, delay));
    if (this.random() < TWICE) this.follow(this.deliver(id, webhook, this.random() * MAX_LATE_MS));
  }

  private follow(delivery: Promise<void>): void {
    // a failure is told by whoever waits for all of them
    delivery.catch(() => undefined);
    this.underWay.push(delivery);
  }

  private async deliver(id: number, webhook: ShopifyWebhook, delayMs: number): Promise<void> {
    await sleep(delayMs);
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const status = await this.post(webhook);
      if (status >= 200 && status < 300) {
        this.tally.accepted.add(id);
        return;
      }
      if (performance.now() > deadline)
        throw new Error(`Order ${id} was not taken within ${PATIENCE_MS} ms (${status}).`);
      await sleep(RETRY_MS * (0.5 + this.random()));
    }
  }

  private async post(webhook: ShopifyWebhook): Promise<number> {
    const client = this.clients[Math.floor(this.random() * this.clients.length)];
    if (!client) throw new Error('There is nobody to send to.');
    const startedAt = performance.now();
    const { path, secret } = this.target;
    const { status, text } = await new ShopifySender(client, path, secret)
      .send(webhook)
      .catch((error: unknown) => ({ status: 0, text: String(error) }));
    const { answers, refusals } = this.tally;
    if ((status < 200 || status >= 300) && refusals.length < MAX_REFUSALS) refusals.push(`${status} ${text}`);
    answers.set(status, (answers.get(status) ?? 0) + 1);
    if (status > 0) this.tally.slowestMs = Math.max(this.tally.slowestMs, performance.now() - startedAt);
    return status;
  }
}

/** The address and the telephone by which the providers' ledgers know an order. */
export const emailOf = (id: number): string => `p${id}@example.com`;
export const phoneOf = (id: number): string => `+336${String(id).padStart(8, '0')}`;

function orderOf(id: number): ShopifyWebhook {
  return orderPlaced({ id, email: emailOf(id), phone: phoneOf(id), at: new Date().toISOString() });
}
