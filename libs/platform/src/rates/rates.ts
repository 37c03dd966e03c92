import type { RateLimits } from '#app/application';
import type { RatesConfig } from '../config/config.js';
import { TokenBuckets } from './token-buckets.js';

/** All keys of a shop together, in limits of one key. */
const KEYS_OF_A_SHOP = 3;
/** Wrong keys by one address. */
const GUESSES = 60;
/** Callbacks that nobody of ours has signed, by one address: providers share theirs among all their customers. */
const FORGERIES = 600;
/** One person and the scanners of their mail. */
const ONE_LINK = 60;
/** Everybody who has the same slip in their parcel. */
const ONE_CODE = 1_200;

/** The limits of an installation. */
export function bucketsFor({ api, webhooks, pages }: RatesConfig): RateLimits {
  return new TokenBuckets({
    key: api,
    shop: api * KEYS_OF_A_SHOP,
    source: webhooks,
    guess: GUESSES,
    forgery: FORGERIES,
    page: pages,
    link: ONE_LINK,
    code: ONE_CODE,
  });
}
