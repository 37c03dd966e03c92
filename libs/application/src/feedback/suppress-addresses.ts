import { Injectable } from '@nestjs/common';
import type { Medium } from '#app/domain';
import { DeliveryStore, type NewSuppression } from '../delivery/delivery-store.port.js';
import { SecretPort } from '../ports/secret.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

/** Writes addresses to the list of those that must not be written to; the list holds keyed hashes, not addresses. */
@Injectable()
export class SuppressAddresses {
  constructor(
    private readonly store: DeliveryStore,
    private readonly secrets: SecretPort,
  ) {}

  /** An earlier, wider suppression stays. */
  async run(
    tx: Transaction,
    medium: Medium,
    addresses: readonly string[],
    { scope, reason }: Pick<NewSuppression, 'scope' | 'reason'>,
  ): Promise<void> {
    const suppressions = [...new Set(addresses)].map((address) => {
      const fingerprint = Buffer.from(this.secrets.fingerprint(address, 'address')).toString('hex');
      return { medium, fingerprint, scope, reason };
    });
    await this.store.suppress(tx, suppressions);
  }
}
