const BASE_MS = 5_000;
const CAP_MS = 30 * 60_000;
/** Greylisting servers refuse whoever comes back at once. */
const GREYLIST_MS = 5 * 60_000;

/** After this many counted tries a message is given up. */
export const MAX_ATTEMPTS = 8;

/** Full jitter: anything from zero to the doubled base, so that messages that failed together don't come back together. */
export function retryDelayMs(attempt: number, code: string | null, random: () => number = Math.random): number {
  const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** Math.max(0, attempt - 1));
  const floor = code !== null && /^45[01]( 4\.[27]\.|$)/.test(code) ? GREYLIST_MS : 0;
  return Math.round(floor + random() * ceiling);
}
