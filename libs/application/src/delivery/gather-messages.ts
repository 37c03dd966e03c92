import { Injectable } from '@nestjs/common';
import { type FactsSnapshot, factsView, type ShopFacts } from '#app/domain';
import { FactsReader } from '../facts/facts.repository.js';
import { JourneyReader, type StoredVersion } from '../journeys/journey-reader.port.js';
import type { LinkSettingsOfShop } from '../feedback/track-links.js';
import { Shops } from '../shops/shops.repository.js';
import { LookUpSnippets } from '../snippets/look-up-snippets.js';
import type { SnippetBook } from '../snippets/snippet-book.js';
import { SenderOfShop, type NamedSender } from '../mail/sender-of-shop.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { isSpent } from './compose-message.js';
import { ContactDesk, isJudged } from './contact-desk.js';
import { ContactStore } from './contact-store.port.js';
import { type ClaimedMessage, DeliveryStore } from './delivery-store.port.js';
import { inOrderOfRank, type RankedMessage } from './ranked-message.js';

interface GatheredMessages {
  readonly ranked: readonly RankedMessage[];
  readonly shop: ShopFacts;
  /** Null where none of them is e-mail. */
  readonly sender: NamedSender | null;
  readonly tracking: LinkSettingsOfShop;
  readonly versions: ReadonlyMap<string, StoredVersion>;
  /** By message id, of those that are worth composing. */
  readonly snapshots: ReadonlyMap<string, FactsSnapshot | undefined>;
  readonly snippets: SnippetBook;
}

/** Reads what composing claimed messages of one shop takes, and leaves out what the contact rules would hold back anyway. */
@Injectable()
export class GatherMessages {
  constructor(
    private readonly store: DeliveryStore,
    private readonly facts: FactsReader,
    private readonly journeys: JourneyReader,
    private readonly contacts: ContactStore,
    private readonly senders: SenderOfShop,
    private readonly shops: Shops,
    private readonly snippets: LookUpSnippets,
  ) {}

  async run(tx: Transaction, claims: readonly ClaimedMessage[]): Promise<GatheredMessages> {
    const [messages, shop] = await Promise.all([this.store.load(tx, claims), this.facts.shop(tx)]);
    const hasMail = messages.some(({ medium }) => medium === 'email');
    const [versions, sender, tracking] = await Promise.all([
      this.journeys.versions(tx, [...new Set(messages.map(({ versionId }) => versionId))]),
      hasMail ? this.senders.of(tx, shop.id) : null,
      this.shops.links(tx),
    ]);
    const ranked = inOrderOfRank(messages, versions);
    // what ended its worker each time is looked at no more
    const open = ranked.filter(({ message }) => !isSpent(message));
    const held = await this.heldBack(tx, open);
    const passing = open.flatMap(({ message }) => (held.has(message.id) ? [] : [message]));
    const facts = await this.facts.snapshots(tx, shop, passing);
    const snapshots = new Map(passing.map(({ id }, index) => [id, facts[index]]));
    const snippets = await this.snippets.run(
      tx,
      passing.flatMap(({ versionId, template }, index) => {
        const snapshot = facts[index];
        if (!snapshot) return [];
        return [{ template: versions.get(versionId)?.templates[template], variables: () => factsView(snapshot) }];
      }),
    );
    return { ranked, shop, sender, tracking, versions, snapshots, snippets };
  }

  /** The fence's own question, without its locks and without a trace: what it answers here is likely, and decides nothing. */
  private async heldBack(tx: Transaction, ranked: readonly RankedMessage[]): Promise<ReadonlySet<string>> {
    const judged = ranked.filter(({ message }) => isJudged(message));
    if (judged.length === 0) return new Set();
    const messages = judged.map(({ message }) => message);
    const desk = new ContactDesk(await this.contacts.books(tx, messages));
    return new Set(judged.filter((item) => desk.judge(item).type !== 'go').map(({ message }) => message.id));
  }
}
