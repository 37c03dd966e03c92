import { Injectable } from '@nestjs/common';
import { PermanentError, type ShopFacts } from '#app/domain';
import { IdPort } from '../ports/id.port.js';
import { SecretPort } from '../ports/secret.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { Shops } from '../shops/shops.repository.js';
import { hintOf, isKeyShaped, newApiKey } from './api-key.js';
import { ApiKeys } from './api-keys.repository.js';

const FIRST_SHOP: Omit<ShopFacts, 'id'> = { name: 'My shop', timeZone: 'UTC', currency: 'EUR', locale: 'en' };

export interface FirstShopOptions {
  /** A key chosen from outside that must work (BOOTSTRAP_API_KEY). */
  readonly bootstrapKey?: string | undefined;
  /** Make an owner key when the shop has none. */
  readonly withOwnerKey: boolean;
}

export interface FirstShop {
  readonly shopId: string;
  /** The key just made, readable this once; null when the shop had one. */
  readonly ownerKey: string | null;
}

/** At every start: the installation has a shop and a way in. Processes that start at once wait for each other. */
@Injectable()
export class EnsureFirstShop {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly shops: Shops,
    private readonly keys: ApiKeys,
    private readonly secrets: SecretPort,
    private readonly ids: IdPort,
  ) {}

  /** @throws PermanentError `configuration` for a bootstrap key that is too easy to guess or another shop's */
  async run(options: FirstShopOptions): Promise<FirstShop> {
    const { bootstrapKey } = options;
    if (bootstrapKey !== undefined && !isKeyShaped(bootstrapKey)) {
      throw new PermanentError(
        'configuration',
        'BOOTSTRAP_API_KEY must have 8 to 200 visible ASCII characters. "openssl rand -hex 32" makes one.',
      );
    }
    const shopId = await this.ensureShop();
    if (bootstrapKey !== undefined) await this.refuseForeignKey(shopId, bootstrapKey);
    return this.unitOfWork.inShop(shopId, async (tx) => {
      await this.shops.lockFirst(tx);
      const ownerKey = options.withOwnerKey && (await this.keys.lockOwners(tx)).length === 0 ? newApiKey() : null;
      if (ownerKey !== null) await this.ensureKey(tx, 'Owner', ownerKey);
      if (bootstrapKey !== undefined) await this.ensureKey(tx, 'BOOTSTRAP_API_KEY', bootstrapKey);
      return { shopId, ownerKey };
    });
  }

  private ensureShop(): Promise<string> {
    const id = this.ids.next();
    return this.unitOfWork.inShop(id, async (tx) => {
      await this.shops.lockFirst(tx);
      const existing = await this.shops.findFirst(tx);
      if (existing !== null) return existing;
      await this.shops.insert(tx, { id, ...FIRST_SHOP });
      return id;
    });
  }

  private async refuseForeignKey(shopId: string, key: string): Promise<void> {
    const caller = await this.unitOfWork.acrossShops((tx) => this.keys.find(tx, this.secrets.sha256(key)));
    if (caller !== null && caller.shopId !== shopId) {
      throw new PermanentError(
        'configuration',
        'BOOTSTRAP_API_KEY is a key of another shop. Set it to one of its own.',
      );
    }
  }

  private ensureKey(tx: Transaction, name: string, key: string): Promise<void> {
    return this.keys.ensure(tx, {
      id: this.ids.next(),
      name,
      role: 'owner',
      scopes: null,
      expiresAt: null,
      hint: hintOf(key),
      hash: this.secrets.sha256(key),
    });
  }
}
