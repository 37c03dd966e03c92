import { Injectable } from '@nestjs/common';
import { type Grant, type Instant, isWithin, PermanentError } from '#app/domain';
import { ClockPort } from '../ports/clock.port.js';
import { IdPort } from '../ports/id.port.js';
import type { Page, PageRequest } from '../ports/page.js';
import { SecretPort } from '../ports/secret.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { hintOf, newApiKey } from './api-key.js';
import { type ApiKey, ApiKeys } from './api-keys.repository.js';
import { AuthenticateKey } from './authenticate-key.use-case.js';

/** What a key is made for. */
export interface KeyRequest extends Grant {
  readonly name: string;
  readonly expiresAt: Instant | null;
}

/** A key in the only moment in which it can be read. */
export interface MadeKey extends KeyRequest {
  readonly id: string;
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
    private readonly clock: ClockPort,
  ) {}

  list(shopId: string, page: PageRequest): Promise<Page<ApiKey>> {
    return this.unitOfWork.inShop(shopId, (tx) => this.keys.list(tx, page));
  }

  /**
   * @param maker who asks for the key; null for the command line
   * @throws PermanentError `forbidden` for a key that may do more than its maker, `validation` for one that has ended already
   */
  async create(shopId: string, request: KeyRequest, maker: Grant | null): Promise<MadeKey> {
    if (maker !== null && !isWithin(request, maker)) {
      throw new PermanentError(
        'forbidden',
        'The new key would be allowed more than the key that you use. Leave out what yours is not allowed, or use another one.',
      );
    }
    if (request.expiresAt !== null && request.expiresAt <= (await this.clock.now())) {
      const message = 'must be in the future';
      throw new PermanentError('validation', `expiresAt ${message}.`, {
        faults: [{ pointer: '/expiresAt', code: 'past', message }],
      });
    }
    return this.unitOfWork.inShop(shopId, (tx) => this.insert(tx, request));
  }

  /** A new key that is allowed what the old one was; the old one stops working. */
  async rotate(shopId: string, id: string): Promise<MadeKey> {
    const made = await this.unitOfWork.inShop(shopId, async (tx) => {
      const old = await this.keys.lock(tx, id);
      if (old === null) throw noKey(id);
      await this.keys.revoke(tx, id);
      return this.insert(tx, old);
    });
    this.authentication.forget();
    return made;
  }

  /** @throws PermanentError `conflict` for the last owner's key: without it nobody could get in */
  async revoke(shopId: string, id: string): Promise<void> {
    await this.unitOfWork.inShop(shopId, async (tx) => {
      const owners = await this.keys.lockOwners(tx);
      if ((await this.keys.lock(tx, id)) === null) throw noKey(id);
      if (owners.length === 1 && owners[0] === id)
        throw new PermanentError(
          'conflict',
          "This is the last owner's key without scopes or an end. Make another one first, or rotate this one.",
        );
      await this.keys.revoke(tx, id);
    });
    this.authentication.forget();
  }

  private async insert(tx: Transaction, { name, role, scopes, expiresAt }: KeyRequest): Promise<MadeKey> {
    const key = newApiKey();
    const id = this.ids.next();
    await this.keys.insert(tx, {
      id,
      name,
      role,
      scopes,
      expiresAt,
      hint: hintOf(key),
      hash: this.secrets.sha256(key),
    });
    return { id, name, role, scopes, expiresAt, key };
  }
}

function noKey(id: string): PermanentError {
  return new PermanentError('not_found', `This shop has no valid API key ${id}. GET /api/v1/keys lists them.`);
}
