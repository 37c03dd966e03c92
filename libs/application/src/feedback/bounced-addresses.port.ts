import type { Instant, Medium } from '#app/domain';
import type { Transaction } from '../ports/unit-of-work.port.js';
import type { BouncedAddress } from './bounced-address.js';

export interface AddressKey {
  readonly medium: Medium;
  /** 64 hexadecimal digits, see SecretPort.fingerprint with purpose `address`. */
  readonly fingerprint: string;
}

export interface StoredBounces extends AddressKey, BouncedAddress {}

/** Addresses that messages came back from though they exist. */
export abstract class BouncedAddresses {
  /** Those of the addresses of which something is known. */
  abstract read(tx: Transaction, addresses: readonly AddressKey[]): Promise<StoredBounces[]>;

  /** With the time for which nothing is sent there. */
  abstract save(
    tx: Transaction,
    addresses: readonly (StoredBounces & {
      readonly hold: { readonly since: Instant; readonly until: Instant } | null;
    })[],
  ): Promise<void>;
}
