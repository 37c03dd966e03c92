import type { Medium } from '#app/domain';
import type { Transaction } from '../ports/unit-of-work.port.js';
import type { LiveAccount } from './provider-account.js';

/** What an account granted of what was asked of it. */
export interface Allotment {
  readonly granted: number;
  /** No more today; else no more at this moment. */
  readonly isDayOver: boolean;
}

/** The accounts of all shops, for those who hand over. */
export abstract class AccountDirectory {
  /** Those that are paused included: messages of their shops wait. */
  abstract list(tx: Transaction, medium: Medium): Promise<readonly LiveAccount[]>;

  /** Takes from an account of the shop of this transaction; what it grants counts as handed over. Null is no limit. */
  abstract take(
    tx: Transaction,
    id: string,
    wanted: number,
    perSecond: number | null,
    perDay: number | null,
  ): Promise<Allotment>;
}
