import { isPhoneMedium } from '../consent/message-class.js';
import { addDuration, type Instant, toIso } from '../time/instant.js';
import { nextCommonOpening, nextOpening } from '../time/window.js';
import type { Block, ContactFacts, ContactReason, TimedBlock } from './block.js';
import type { ContactCandidate, ContactHistory } from './contact-history.js';
import type { ContactRules } from './contact-rules.js';
import { isAtTheDoor, marketingHold, reviewHold } from './holds.js';
import { restsAt } from './rests.js';

/** `defer`: asked again at `until`. `skip`: never sent. */
export type ContactJudgement =
  | { readonly type: 'go' }
  | {
      readonly type: 'defer';
      readonly until: Instant;
      readonly reason: ContactReason;
      readonly facts: ContactFacts;
    }
  | { readonly type: 'skip'; readonly reason: ContactReason; readonly facts: ContactFacts };

const GO: ContactJudgement = { type: 'go' };
/** A hold ends with something that happens, so nobody knows when: the question is put again a day later. */
const ASK_AGAIN = 'P1D';
const STAND_BACK = 'PT1M';

/**
 * May this message go to the person now, later or never? What time alone ends is known in advance: such a message is put off until it
 * can go, or skipped at once when that is too late to be useful. What holds it otherwise is looked at again every day as long as it is
 * useful.
 */
export function judgeContact(
  candidate: ContactCandidate,
  history: ContactHistory,
  rules: ContactRules,
  now: Instant,
): ContactJudgement {
  if (candidate.class === 'service') return judgeService(candidate, rules, now);
  const hold = holdOn(candidate, history, rules, now);
  if (hold) return askAgain(hold, candidate, rules, now);
  const freed = firstFree(candidate, history, rules, now);
  if (freed.block) return putOff(freed.block, freed.at, candidate);
  return standBack(candidate, history, rules, now) ?? GO;
}

/** What states facts of an order is held by nothing but the night, and that only where it would ring. */
function judgeService(candidate: ContactCandidate, rules: ContactRules, now: Instant): ContactJudgement {
  if (!isPhoneMedium(candidate.medium) || !rules.serviceTextsInHours) return GO;
  if (rules.urgentTextsAnytime && candidate.order && isAtTheDoor(candidate.order)) return GO;
  const open = opening(now, candidate, rules);
  return open === now ? GO : putOff(quietHours(now, candidate, rules), open, candidate);
}

function holdOn(candidate: ContactCandidate, history: ContactHistory, rules: ContactRules, now: Instant): Block | null {
  if (candidate.class === 'review' && rules.reviewGuard) return reviewHold(candidate.order, now);
  if (candidate.class === 'marketing' && rules.moodGuard) return marketingHold(history, candidate.zone, now);
  return null;
}

function askAgain(block: Block, candidate: ContactCandidate, rules: ContactRules, now: Instant): ContactJudgement {
  const { zone, usefulUntil } = candidate;
  const next = opening(addDuration(now, ASK_AGAIN, zone), candidate, rules);
  return { type: 'defer', ...block, until: Math.min(next, usefulUntil ?? next) };
}

/** The first time from now on at which no rule stands against it, and the last rule that did. */
function firstFree(
  candidate: ContactCandidate,
  history: ContactHistory,
  rules: ContactRules,
  now: Instant,
): { readonly at: Instant; readonly block: Block | null } {
  let at = now;
  let block: Block | null = null;
  for (;;) {
    const rest = lastToEnd(restsAt(candidate, history, rules, at));
    if (rest) {
      block = rest;
      at = rest.until;
      continue;
    }
    const open = opening(at, candidate, rules);
    if (open === at) return { at, block };
    block ??= quietHours(at, candidate, rules);
    at = open;
  }
}

function lastToEnd(blocks: readonly TimedBlock[]): TimedBlock | null {
  return blocks.reduce<TimedBlock | null>((last, block) => (last && last.until >= block.until ? last : block), null);
}

function putOff({ reason, facts }: Block, until: Instant, { usefulUntil }: ContactCandidate): ContactJudgement {
  if (usefulUntil !== null && until >= usefulUntil)
    return { type: 'skip', reason, facts: { ...facts, freeAt: toIso(until) } };
  return { type: 'defer', until, reason, facts };
}

/** While the day has a limit, what matters more goes first, and of the same rank what fell due before. */
function standBack(
  candidate: ContactCandidate,
  { rivals }: ContactHistory,
  rules: ContactRules,
  now: Instant,
): ContactJudgement | null {
  if (rules.perDay === null) return null;
  const { priority, dueAt } = candidate;
  const rival = rivals.find(
    (other) => other.priority > priority || (other.priority === priority && other.dueAt < dueAt),
  );
  if (!rival) return null;
  const until = opening(addDuration(now, STAND_BACK, 'UTC'), candidate, rules);
  return putOff({ reason: 'outranked', facts: { priority, by: rival.priority } }, until, candidate);
}

function opening(at: Instant, { zone, otherZones = [] }: ContactCandidate, { hours }: ContactRules): Instant {
  return hours ? nextCommonOpening(at, hours, [zone, ...otherZones]) : at;
}

function quietHours(at: Instant, candidate: ContactCandidate, rules: ContactRules): Block {
  const facts = { ...rules.hours, zone: closedZone(at, candidate, rules) } as ContactFacts;
  return { reason: 'quiet-hours', facts };
}

/** One in which it is night. */
function closedZone(at: Instant, { zone, otherZones = [] }: ContactCandidate, { hours }: ContactRules): string {
  return [zone, ...otherZones].find((one) => hours !== null && nextOpening(at, hours, one) !== at) ?? zone;
}
