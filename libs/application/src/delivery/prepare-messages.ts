import { Injectable } from '@nestjs/common';
import type { Medium } from '#app/domain';
import { ClockGuard } from '../clock/clock-guard.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { type ComposedMessage, ComposeMessage, isSpent, leftUncomposed } from './compose-message.js';
import { type ClaimedMessage, type ClaimedShops, type ClaimRoom, DeliveryStore } from './delivery-store.port.js';
import { GatherMessages } from './gather-messages.js';
import { ProviderGuard } from './provider-guard.js';

/** A claim that isn't carried on within this time goes back to the queue. */
const CLAIM_LEASE_MS = 60_000;

/** The first half of the hand-over: claim rows, and make of them what would be sent. Nothing leaves here. */
@Injectable()
export class PrepareMessages {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly store: DeliveryStore,
    private readonly gather: GatherMessages,
    private readonly compose: ComposeMessage,
    private readonly provider: ProviderGuard,
    private readonly clock: ClockGuard,
  ) {}

  /** How much the provider of a channel can be given now. */
  room(channel: string, limit: number): Promise<ClaimRoom> {
    return this.provider.admit(channel, limit);
  }

  claim(medium: Medium, room: ClaimRoom, shops: ClaimedShops): Promise<ClaimedMessage[]> {
    return this.clock.claim((tx) => this.store.claim(tx, medium, room, shops, CLAIM_LEASE_MS));
  }

  /**
   * Messages of one shop in the order of their rank; those that another process has claimed since are left out. What the contact
   * rules would hold back comes without words.
   */
  async composeAll(shopId: string, claims: readonly ClaimedMessage[]): Promise<ComposedMessage[]> {
    const { ranked, shop, sender, tracking, versions, snapshots, snippets } = await this.uow.inShop(shopId, (tx) =>
      this.gather.run(tx, claims),
    );
    return ranked.map((item) => {
      const { id, versionId } = item.message;
      if (!snapshots.has(id) && !isSpent(item.message)) return leftUncomposed(item);
      const fromName = sender?.name ?? shop.name;
      return this.compose.run(
        item,
        { fromName, sender: sender?.of(id) ?? null, tracking, snippets },
        versions.get(versionId),
        snapshots.get(id),
      );
    });
  }
}
