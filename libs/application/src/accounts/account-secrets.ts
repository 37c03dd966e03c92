import { Injectable } from '@nestjs/common';
import type { Json } from '#app/domain';
import { Channels } from '../delivery/channel.js';
import { ClockPort } from '../ports/clock.port.js';
import { SecretPort } from '../ports/secret.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { accountContext } from './provider-account.js';
import { ProviderAccounts, type StoredAccount } from './provider-accounts.repository.js';

const ALL = { after: null, limit: 100 };
/** A change of an account takes effect within this time. */
const KNOWN_FOR_MS = 5_000;
const MAX_KNOWN = 1_000;

interface Known {
  readonly readAtMs: number;
  readonly secrets: readonly string[];
}

/** What the providers of a shop's own accounts sign their calls by. */
@Injectable()
export class AccountSecrets {
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly uow: UnitOfWork,
    private readonly accounts: ProviderAccounts,
    private readonly channels: Channels,
    private readonly secrets: SecretPort,
    private readonly clock: ClockPort,
  ) {}

  /** Of accounts that tell as the source kind `source`; those that can't be opened are left out. */
  async of(shopId: string, source: string): Promise<readonly string[]> {
    const key = `${shopId}|${source}`;
    const known = this.known.get(key);
    if (known && this.clock.monotonicMs() - known.readAtMs < KNOWN_FOR_MS) return known.secrets;
    const { items } = await this.uow.inShop(shopId, (tx) => this.accounts.list(tx, ALL));
    const secrets = items.flatMap((account) => this.secretOf(account, source) ?? []);
    if (this.known.size >= MAX_KNOWN) this.known.clear();
    this.known.set(key, { readAtMs: this.clock.monotonicMs(), secrets });
    return secrets;
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
