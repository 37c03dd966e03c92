import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { IsoInstant } from '#app/domain';
import { SecretPort } from '../ports/secret.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { openSecrets, rotateSecrets, sealSecrets } from '../sources/source-secrets.js';
import { CallStore } from './call-store.port.js';

/** As long as Standard Webhooks recommends. */
const SECRET_BYTES = 32;
/** Names the secrets among those that are sealed with the same key. */
const OWNER = 'webhook-calls';

export interface RotatedCallSecret {
  readonly secret: string;
  /** Until then the old secret signs beside the new one. */
  readonly oldSecretSignsUntil: IsoInstant;
}

/** What a shop's calls are signed with, so that receivers know them for genuine. */
@Injectable()
export class CallSecret {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly calls: CallStore,
    private readonly secrets: SecretPort,
  ) {}

  /** The secret in force; the first time one is made. */
  read(shopId: string): Promise<string> {
    return this.unitOfWork.inShop(shopId, async (tx) => (await this.valid(tx, shopId))[0] ?? '');
  }

  /** The new secret signs at once, the old one beside it for 24 hours more. */
  rotate(shopId: string): Promise<RotatedCallSecret> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      await this.valid(tx, shopId);
      const { sealed, wallAt } = await this.calls.secrets(tx, true);
      const old = sealed === null ? [] : openSecrets(this.secrets, ownerOf(shopId), sealed, wallAt);
      const secret = newSecret();
      const { secrets, until } = rotateSecrets(old, secret, wallAt);
      await this.calls.saveSecrets(tx, sealSecrets(this.secrets, ownerOf(shopId), secrets), false);
      return { secret, oldSecretSignsUntil: until };
    });
  }

  /** The secrets that sign now, newest first. */
  async valid(tx: Transaction, shopId: string): Promise<string[]> {
    let { sealed, wallAt } = await this.calls.secrets(tx, false);
    if (sealed === null) {
      const made = sealSecrets(this.secrets, ownerOf(shopId), [{ secret: newSecret(), notAfter: null }]);
      await this.calls.saveSecrets(tx, made, true);
      ({ sealed, wallAt } = await this.calls.secrets(tx, false));
    }
    if (sealed === null) return [];
    return openSecrets(this.secrets, ownerOf(shopId), sealed, wallAt).map(({ secret }) => secret);
  }
}

function newSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

function ownerOf(shopId: string): string {
  return `${OWNER}|${shopId}`;
}
