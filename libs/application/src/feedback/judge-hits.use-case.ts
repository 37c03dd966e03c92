import { Injectable } from '@nestjs/common';
import { SecretPort } from '../ports/secret.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import type { OpenLink } from './find-link.js';
import { type LinkHit, machineHits } from './judge-hits.js';
import { LinkEvents } from './link-events.js';
import { type HitMessage, LinkHits } from './link-hits.port.js';
import { type LinkedMessageFacts, LinkStore } from './link-store.port.js';

/** By then a machine has followed the other links too. */
const QUIET_MS = 10_000;
const BATCH = 100;

/**
 * Tells people's clicks from machines', a moment after them, and puts a person's first click on each link of a message on the timeline.
 * Safe to run anywhere, by several workers at once.
 */
@Injectable()
export class JudgeHits {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly hits: LinkHits,
    private readonly links: LinkStore,
    private readonly events: LinkEvents,
    private readonly secrets: SecretPort,
  ) {}

  /** Returns how many messages were looked at. */
  async run(): Promise<number> {
    const messages = await this.uow.acrossShops((tx) => this.hits.unjudged(tx, QUIET_MS, BATCH));
    // one commit for each shop; in the order of the ids, as everywhere
    for (const shopId of new Set(messages.map((message) => message.shopId))) {
      const ids = messages.flatMap((message) => (message.shopId === shopId ? [message.messageId] : []));
      await this.uow.inShop(shopId, async (tx) => {
        for (const id of ids.toSorted()) await this.judge(tx, shopId, id);
      });
    }
    if (messages.length > 0) this.events.hint();
    return messages.length;
  }

  private async judge(tx: Transaction, shopId: string, messageId: string): Promise<void> {
    const hit = await this.hits.load(tx, messageId);
    const machines = machineHits(hit.hits, hit.medium, hit.handedAt);
    await this.hits.judge(tx, hit.hits, machines);
    const message = await this.links.message(tx, messageId, false);
    if (!message) return;
    for (const first of firstOfEach(hit.hits.filter(({ id }) => !machines.has(id))))
      await this.tell(tx, shopId, message, hit, first);
  }

  /** Once per link of a message: the inbox knows the second time by its key. */
  private async tell(
    tx: Transaction,
    shopId: string,
    message: LinkedMessageFacts,
    { medium, links }: HitMessage,
    { position, at }: LinkHit,
  ): Promise<void> {
    const { messageId } = message;
    const url = links[position];
    if (url === undefined) return;
    const token = this.secrets.linkToken('click', messageId);
    const hash = Buffer.from(this.secrets.sha256(token)).toString('hex');
    const link: Pick<OpenLink, 'shopId' | 'hash'> = { shopId, hash };
    const data = { messageId, channel: medium, url };
    await this.events.store(tx, link, message, {
      type: 'message.clicked',
      use: `click:${position}`,
      at,
      data,
      withOrder: true,
    });
  }
}

function firstOfEach(hits: readonly LinkHit[]): LinkHit[] {
  const firsts = new Map<number, LinkHit>();
  for (const hit of hits) {
    const known = firsts.get(hit.position);
    if (!known || hit.seenAt < known.seenAt) firsts.set(hit.position, hit);
  }
  return [...firsts.values()];
}
