import type { Instant } from '#app/domain';
import type { ProviderHealth } from './provider-health.js';

export interface KeptHealth {
  readonly health: ProviderHealth;
  /** Raised by each change. */
  readonly version: number;
}

/** What all workers know of the providers of this installation. */
export abstract class ProviderHealthStore {
  /** By the code of the channel; `now` by the clock of leases. */
  abstract read(): Promise<{ readonly channels: ReadonlyMap<string, KeptHealth>; readonly now: Instant }>;

  /** False when another worker has changed it since `version`; 0 for a channel that wasn't there. */
  abstract keep(channel: string, version: number, health: ProviderHealth): Promise<boolean>;
}
