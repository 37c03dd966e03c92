import type { Instant, Medium } from '#app/domain';
import type { SuppressionChange } from '../facts/facts-store.port.js';
import type { SuppressedAddress } from '../journeys/runtime/run-store.port.js';
import type { SecretPort } from '../ports/secret.port.js';

/** An address that was suppressed for a reason that events don't tell, such as a bounce. */
export interface RecordedSuppression extends SuppressedAddress {
  readonly since: Instant;
}

/** By medium and fingerprint. */
export type RecordedSuppressions = ReadonlyMap<string, RecordedSuppression>;

export function byAddress(recorded: readonly RecordedSuppression[]): RecordedSuppressions {
  return new Map(recorded.map((row) => [`${row.medium}|${row.fingerprint}`, row]));
}

type Scope = SuppressedAddress['scope'];

/** Which addresses were suppressed at a moment of history: by what providers said, and by what people said up to then. */
export class SuppressionsOfThen {
  private readonly said = new Set<string>();

  constructor(
    private readonly recorded: RecordedSuppressions,
    private readonly secrets: SecretPort,
  ) {}

  change({ medium, fingerprint, action }: SuppressionChange): void {
    const key = `${medium}|${toHex(fingerprint)}`;
    if (action === 'add') this.said.add(key);
    else this.said.delete(key);
  }

  scopeOf(medium: Medium, address: string, at: Instant): Scope | undefined {
    if (this.recorded.size === 0 && this.said.size === 0) return undefined;
    const key = `${medium}|${toHex(this.secrets.fingerprint(address, 'address'))}`;
    const recorded = this.recorded.get(key);
    if (recorded && recorded.since <= at) return recorded.scope;
    return this.said.has(key) ? 'non_service' : undefined;
  }
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
