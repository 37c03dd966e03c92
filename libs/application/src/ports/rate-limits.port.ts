/**
 * What is limited. `key`: one API key. `shop`: all keys of a shop. `source`: one sender of webhooks. `guess`: an address that sends
 * keys that are none. `forgery`: one that signs callbacks with none of our secrets. `page`: an address on public pages. `link`: one link of a message. `code`: one code on slips.
 */
export type RateKind = 'key' | 'shop' | 'source' | 'guess' | 'forgery' | 'page' | 'link' | 'code';

/** How often somebody may come. Kept within the process: it holds without a store, and with several processes each counts for itself. */
export abstract class RateLimits {
  /** @throws TransientError `rate_limited`, with the seconds until the same is let through */
  abstract take(kind: RateKind, who: string, cost?: number): void;
}
