import type { Line } from '../feedback/message-news.port.js';

/** What is known of providers that call the address of the installation rather than that of a shop's source. */
export abstract class CallbackDirectory {
  /** The credentials of the installation by which a kind signs; none where it isn't configured. */
  abstract secretsOf(kind: string): readonly string[];

  /**
   * The shops that have written to a phone number by this medium and accounts of their own, or by that of the installation, the last one first; the only shop of an installation in any case.
   * @throws TransientError `unavailable` when the database can't be reached
   */
  abstract shopsOfNumber(line: Line, byOwnAccount: boolean): Promise<readonly string[]>;

  /**
   * Of these shops the one that asked something on this line last, as long as an answer may come; null when none did.
   * @throws TransientError `unavailable` when the database can't be reached
   */
  abstract shopAsking(line: Line, shops: readonly string[]): Promise<string | null>;
}
