import type { Channel } from '../delivery/channel.js';
import type { AccountLimits } from './provider-account.js';

/** A way out: an account and the channel that speaks to it. */
export interface Route {
  /** What its health is known by. */
  readonly key: string;
  /** Null for the account of the installation. */
  readonly accountId: string | null;
  readonly channel: Channel;
  readonly weight: number;
  /** Null: there are none. */
  readonly limits: AccountLimits | null;
}

/**
 * The routes in the order in which a message should try them. All of them are used all the time, by their weights, so that none has to
 * prove itself on the day the others fail; a message that comes again begins with the next one.
 * @param messageKey hexadecimal, evenly distributed
 */
export function inOrderFor(routes: readonly Route[], messageKey: string, attempt: number): Route[] {
  const left = [...routes];
  const ordered: Route[] = [];
  // 48 bits: no product of weights comes near
  let point = Number.parseInt(messageKey.slice(0, 12), 16);
  while (left.length > 0) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0);
    let rest = point % total;
    const index = left.findIndex(({ weight }) => (rest -= weight) < 0);
    ordered.push(...left.splice(index, 1));
    point = Math.floor(point / total);
  }
  const begin = (attempt - 1) % Math.max(ordered.length, 1);
  return [...ordered.slice(begin), ...ordered.slice(0, begin)];
}
