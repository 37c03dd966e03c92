import pg from 'pg';
import { Cluster, Installation, type ListedMessage } from '../e2e/installation.js';
import type { HttpReply } from '../support/http-client.js';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import { expectInvariants } from '../support/invariants.js';
import { type AppName, tidyUp } from '../support/processes.js';
import { orderPlaced, type SampleOrder } from '../support/shopify-orders.js';
import { SmtpSink } from '../support/smtp-sink.js';

export const START = '2026-03-02T09:00:00.000Z';

/** A question at once, and another message an hour later. */
const JOURNEY = `
key: ask
title: Ask twice
class: feedback
trigger: order.placed
entry: { key: order.id }
exitOn: [order.cancelled, order.refunded, return.requested]
holdOut: none
steps:
  - id: first
    kind: ask
    settings: { survey: { key: csat, metric: csat, question: { en: How was it? } }, template: word, channels: [email] }
  - { id: rest, kind: wait, settings: { for: PT1H } }
  - { id: second, kind: send, settings: { template: word, channels: [email] } }
templates:
  word: { en: { subject: 'How was it?', mjml: '<mj-text>{% if links.survey %}{{ links.survey }}{% endif %} {{ links.unsubscribe }}</mj-text>' } }
`;

/** One shop in virtual time whose mails go to a real mail server, and the hands of its senders and its people. */
export class OneShop {
  private constructor(
    private readonly cluster: Cluster,
    readonly shop: Installation,
    readonly mails: SmtpSink,
    readonly owner: pg.Client,
    readonly secretKey: string,
  ) {}

  /** `apps`: as `Installation.start` takes them. */
  static async start(settings: Readonly<Record<string, string>> = {}, ...apps: AppName[]): Promise<OneShop> {
    const cluster = await Cluster.start({ track_commit_timestamp: 'on' });
    const mails = await SmtpSink.start();
    const shop = new Installation(cluster, await cluster.database(), {
      CLOCK: 'virtual',
      CLOCK_START: START,
      SMTP_URL: mails.url,
      MAIL_FROM: 'Shop <shop@example.com>',
      WEBHOOKS_TO_LOOPBACK: 'allow',
      LIMIT_PAGES_PER_MINUTE: '1000000',
      LIMIT_WEBHOOKS_PER_MINUTE: '1000000',
      LIMIT_API_PER_MINUTE: '1000000',
      ...settings,
    });
    await shop.start(...(apps.length > 0 ? apps : (['standalone'] as const)));
    const owner = new pg.Client({ connectionString: shop.databaseUrl });
    await owner.connect();
    await shop.client.patch('/api/v1/shop', { timeZone: 'Europe/Paris', contactRules: NO_CONTACT_RULES });
    return new OneShop(cluster, shop, mails, owner, cluster.secretKey);
  }

  publishQuestions(): Promise<void> {
    return this.shop.publish(JOURNEY);
  }

  async rows<T extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<T[]> {
    return (await this.owner.query<T>(sql, values)).rows;
  }

  /** An order of each; resolves with the mail that each got of it. */
  async buy(ids: readonly number[]): Promise<Map<string, ListedMessage>> {
    const sender = await this.shop.sender();
    const { now: at } = await this.shop.client.get<{ now: string }>('/api/v1/clock');
    await Promise.all(ids.map((id) => sender.send(orderPlaced(orderOf(id, at)))));
    await this.shop.advance('PT1S');
    const messages = await this.shop.messages('state=sent');
    const bought = new Set(ids.map(String));
    return new Map(messages.flatMap((message) => (bought.has(message.order) ? [[message.order, message]] : [])));
  }

  form(path: string, fields: Record<string, string>): Promise<HttpReply> {
    return this.shop.client.http.send({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
  }

  async stop(): Promise<void> {
    await tidyUp(
      () => this.owner.end(),
      () => expectInvariants(this.shop.databaseUrl),
      () => this.shop.stop(),
      () => this.cluster.stop(),
      () => this.mails.stop(),
    );
  }
}

export function orderOf(id: number, at: string): SampleOrder {
  return { id, email: emailOf(id), at };
}

export function emailOf(id: number): string {
  return `p${id}@example.com`;
}
