import type { ErasureReason } from '#app/contracts';
import type { IsoInstant, Medium } from '#app/domain';
import type { Transaction } from '../ports/unit-of-work.port.js';

/** What must outlive a backup: ids and keyed hashes (hexadecimal), no names. */
export interface RegisterPage {
  readonly erasures: readonly { readonly customer: string; readonly reason: ErasureReason | null }[];
  readonly names: readonly { readonly hash: string; readonly erasedAt: IsoInstant }[];
  readonly addresses: readonly {
    readonly medium: Medium;
    readonly hash: string;
    readonly scope: 'all' | 'non_service';
  }[];
}

export abstract class ErasureRegister {
  abstract read(tx: Transaction): Promise<RegisterPage>;

  /** Takes over names and addresses; what is known already stays as strict as it is. */
  abstract restore(tx: Transaction, page: RegisterPage): Promise<void>;
}
