import type { Instant } from '#app/domain';
import type { HandOverResult } from './channel.js';
import type { ClaimRoom } from './delivery-store.port.js';

/** Sums fade with this time: what is older than three times of it hardly counts. */
const FADE_MS = 30_000;
/** Fewer tries than this say nothing about a provider. */
const ENOUGH_TRIES = 20;
const FAILED_SHARE = 0.5;
const FAILED_CONNECTIONS = 5;
const PROBE_EVERY_MS = 5_000;
const GOOD_PROBES = 3;
/** While more of the latest tries than this failed, what was sent back before may only be so much of all. */
const TROUBLE = 0.1;
const RETRY_SHARE = 0.1;
/** So that what waits is tried again even when nothing new comes. */
const RETRIES_PER_SECOND = 0.5;
/** Weight of one try beside those before it: so small that a few good ones in a row don't yet look like health. */
const LATEST = 0.05;

/** How the provider behind a channel is, as all workers see it. Times by the clock of leases, in milliseconds. */
export interface ProviderHealth {
  /** `open`: nothing is handed over; `half-open`: one message after the other, to see how it is. */
  readonly state: 'closed' | 'open' | 'half-open';
  readonly since: Instant;
  /** Code of the last bad answer. */
  readonly reason: string | null;
  /** Fading sums. */
  readonly tries: number;
  readonly failed: number;
  readonly firsts: number;
  readonly retries: number;
  /** Share of failures among the latest tries. */
  readonly trouble: number;
  readonly connectionsFailed: number;
  readonly goodProbes: number;
  readonly probeAt: Instant;
  /** Of the last change. */
  readonly at: Instant;
}

/** What one try says about the provider. */
export interface ProviderTry {
  readonly isFailed: boolean;
  /** It didn't even come to a conversation. */
  readonly isConnection: boolean;
  readonly isRetry: boolean;
  readonly code: string | null;
}

export const HEALTHY: ProviderHealth = {
  state: 'closed',
  since: 0,
  reason: null,
  tries: 0,
  failed: 0,
  firsts: 0,
  retries: 0,
  trouble: 0,
  connectionsFailed: 0,
  goodProbes: 0,
  probeAt: 0,
  at: 0,
};

/** A refusal for good and an answer that never came say nothing against the provider. */
export function tryOf({ outcome, phase, code }: HandOverResult, isRetry: boolean): ProviderTry {
  const isFailed = outcome === 'provider_down' || outcome === 'transient';
  return { isFailed, isConnection: isFailed && isBeforeMessage(phase), isRetry, code };
}

/** What went wrong before the message was named has nothing to do with it. */
export function isBeforeMessage(phase: HandOverResult['phase']): boolean {
  return phase === 'none' || phase === 'connected';
}

export function afterTry(health: ProviderHealth, one: ProviderTry, now: Instant): ProviderHealth {
  const faded = fade(health, now);
  const failed = one.isFailed ? 1 : 0;
  const counted: ProviderHealth = {
    ...faded,
    tries: faded.tries + 1,
    failed: faded.failed + failed,
    firsts: faded.firsts + (one.isRetry ? 0 : 1),
    retries: faded.retries + (one.isRetry ? 1 : 0),
    trouble: faded.trouble * (1 - LATEST) + failed * LATEST,
    connectionsFailed: one.isConnection ? faded.connectionsFailed + 1 : 0,
    reason: one.isFailed ? one.code : faded.reason,
  };
  return counted.state === 'closed' ? openedBy(counted, now) : afterProbe(counted, one, now);
}

/** How much may be claimed now. While it isn't closed: one message every few seconds, for whoever is first to ask. */
export function roomOf(health: ProviderHealth, limit: number, now: Instant): ClaimRoom {
  if (health.state !== 'closed')
    return now >= health.probeAt ? { messages: 1, retries: 1 } : { messages: 0, retries: 0 };
  if (health.trouble <= TROUBLE) return { messages: limit, retries: limit };
  const { firsts, retries } = fade(health, now);
  const allowed = RETRY_SHARE * firsts + (RETRIES_PER_SECOND * FADE_MS) / 1_000 - retries;
  return { messages: limit, retries: Math.max(0, Math.min(limit, Math.floor(allowed))) };
}

/** Somebody takes the probe. */
export function probed(health: ProviderHealth, now: Instant): ProviderHealth {
  return { ...turned(health, 'half-open', now), probeAt: now + PROBE_EVERY_MS };
}

function fade(health: ProviderHealth, now: Instant): ProviderHealth {
  const share = Math.exp(-Math.max(0, now - health.at) / FADE_MS);
  return {
    ...health,
    tries: health.tries * share,
    failed: health.failed * share,
    firsts: health.firsts * share,
    retries: health.retries * share,
    at: Math.max(now, health.at),
  };
}

function openedBy(health: ProviderHealth, now: Instant): ProviderHealth {
  const { tries, failed, connectionsFailed } = health;
  const isSick = (tries >= ENOUGH_TRIES && failed > tries * FAILED_SHARE) || connectionsFailed >= FAILED_CONNECTIONS;
  return isSick ? { ...turned(health, 'open', now), goodProbes: 0, probeAt: now + PROBE_EVERY_MS } : health;
}

function afterProbe(health: ProviderHealth, { isFailed }: ProviderTry, now: Instant): ProviderHealth {
  if (isFailed) return { ...turned(health, 'open', now), goodProbes: 0 };
  // what was under way when it opened is no probe
  if (health.state === 'open') return health;
  const goodProbes = health.goodProbes + 1;
  // after a good one the next needn't wait
  if (goodProbes < GOOD_PROBES) return { ...health, goodProbes, probeAt: now };
  return { ...turned(health, 'closed', now), goodProbes: 0, tries: 0, failed: 0, connectionsFailed: 0, reason: null };
}

function turned(health: ProviderHealth, state: ProviderHealth['state'], now: Instant): ProviderHealth {
  return health.state === state ? health : { ...health, state, since: now };
}
