import { Injectable } from '@nestjs/common';
import type { Medium } from '#app/domain';
import { FactsReader } from '../facts/facts.repository.js';
import { JourneyReader, type StoredVersion } from '../journeys/journey-reader.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { type ComposedMessage, ComposeMessage } from './compose-message.js';
import { type ClaimedMessage, DeliveryStore, type DueMessage } from './delivery-store.port.js';

/** A claim that isn't carried on within this time goes back to the queue. */
const CLAIM_LEASE_MS = 60_000;

/** The first half of the hand-over: claim rows, and make of them what would be sent. Nothing leaves here. */
@Injectable()
export class PrepareMessages {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly store: DeliveryStore,
    private readonly facts: FactsReader,
    private readonly journeys: JourneyReader,
    private readonly compose: ComposeMessage,
  ) {}

  claim(medium: Medium, limit: number): Promise<ClaimedMessage[]> {
    return this.uow.acrossShops((tx) => this.store.claim(tx, medium, limit, CLAIM_LEASE_MS));
  }

  /** Messages of one shop, composed, those of higher priority first, then those due before; those that another process has claimed since are left out. */
  async composeAll(shopId: string, claims: readonly ClaimedMessage[]): Promise<ComposedMessage[]> {
    const { messages, shop, versions, snapshots } = await this.uow.inShop(shopId, (tx) => this.read(tx, claims));
    return messages
      .map((message, index) => this.compose.run(message, shop.name, versions.get(message.versionId), snapshots[index]))
      .toSorted((a, b) => b.priority - a.priority || a.message.dueAt - b.message.dueAt);
  }

  private async read(tx: Transaction, claims: readonly ClaimedMessage[]) {
    const [messages, shop] = await Promise.all([this.store.load(tx, claims), this.facts.shop(tx)]);
    const [snapshots, versions] = await Promise.all([
      this.facts.snapshots(tx, shop, messages),
      this.versions(tx, messages),
    ]);
    return { messages, shop, snapshots, versions };
  }

  private async versions(tx: Transaction, messages: readonly DueMessage[]): Promise<Map<string, StoredVersion>> {
    const versions = new Map<string, StoredVersion>();
    for (const id of new Set(messages.map((message) => message.versionId))) {
      versions.set(id, await this.journeys.version(tx, id));
    }
    return versions;
  }
}
