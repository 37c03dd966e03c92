import { Injectable } from '@nestjs/common';
import type { Json } from '#app/domain';
import { Channels } from '../delivery/channel.js';
import { SecretPort } from '../ports/secret.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { accountContext } from './provider-account.js';
import { ProviderAccounts, type StoredAccount } from './provider-accounts.repository.js';

const ALL = { after: null, limit: 100 };

/** What the providers of a shop's own accounts sign their calls by. */
@Injectable()
export class AccountSecrets {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly accounts: ProviderAccounts,
    private readonly channels: Channels,
    private readonly secrets: SecretPort,
  ) {}

  /** Of accounts that tell as the source kind `source`; those that can't be opened are left out. */
  async of(shopId: string, source: string): Promise<readonly string[]> {
    const { items } = await this.uow.inShop(shopId, (tx) => this.accounts.list(tx, ALL));
    return items.flatMap((account) => this.secretOf(account, source) ?? []);
  }

  private secretOf({ id, channel, sealedSettings }: StoredAccount, source: string): string | undefined {
    try {
      const settings = JSON.parse(this.secrets.open(sealedSettings, accountContext(id))) as Json;
      return this.channels.secretOf(channel, settings, source);
    } catch {
      // whoever sends by it says so
      return undefined;
    }
  }
}
