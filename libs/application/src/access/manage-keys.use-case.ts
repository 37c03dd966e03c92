import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { IdPort } from '../ports/id.port.js';
import type { Page, PageRequest } from '../ports/page.js';
import { SecretPort } from '../ports/secret.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { hintOf, type KeyRole, newApiKey } from './api-key.js';
import { type ApiKey, ApiKeys } from './api-keys.repository.js';
import { AuthenticateKey } from './authenticate-key.use-case.js';

/** A key in the only moment in which it can be read. */
export interface MadeKey {
  readonly id: string;
  readonly name: string;
  readonly role: KeyRole;
  readonly key: string;
}

@Injectable()
export class ManageKeys {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly keys: ApiKeys,
    private readonly secrets: SecretPort,
    private readonly ids: IdPort,
    private readonly authentication: AuthenticateKey,
  ) {}

  list(shopId: string, page: PageRequest): Promise<Page<ApiKey>> {
    return this.unitOfWork.inShop(shopId, (tx) => this.keys.list(tx, page));
  }

  create(shopId: string, name: string): Promise<MadeKey> {
    return this.unitOfWork.inShop(shopId, (tx) => this.insert(tx, name));
  }

  /** A new key with the old one's name; the old one stops working. */
  async rotate(shopId: string, id: string): Promise<MadeKey> {
    const made = await this.unitOfWork.inShop(shopId, async (tx) => {
      const old = await this.keys.lock(tx, id);
      if (old === null) throw noKey(id);
      await this.keys.revoke(tx, id);
      return this.insert(tx, old.name);
    });
    this.authentication.forget();
    return made;
  }

  /** @throws PermanentError `conflict` for the last key: without it nobody could get in */
  async revoke(shopId: string, id: string): Promise<void> {
    await this.unitOfWork.inShop(shopId, async (tx) => {
      const count = await this.keys.lockAll(tx);
      if ((await this.keys.lock(tx, id)) === null) throw noKey(id);
      if (count < 2)
        throw new PermanentError(
          'conflict',
          "This is the shop's last key. Make another one first, or rotate this one.",
        );
      await this.keys.revoke(tx, id);
    });
    this.authentication.forget();
  }

  private async insert(tx: Transaction, name: string): Promise<MadeKey> {
    const key = newApiKey();
    const made: MadeKey = { id: this.ids.next(), name, role: 'owner', key };
    await this.keys.insert(tx, {
      id: made.id,
      name,
      role: made.role,
      hint: hintOf(key),
      hash: this.secrets.sha256(key),
    });
    return made;
  }
}

function noKey(id: string): PermanentError {
  return new PermanentError('not_found', `This shop has no valid API key ${id}. GET /api/v1/keys lists them.`);
}
