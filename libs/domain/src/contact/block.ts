import type { Json } from '../facts/view.js';
import type { Instant } from '../time/instant.js';

/** What no clock ends: it is over when something happens. */
export const HOLD_REASONS = [
  'mood:late-parcel',
  'mood:failed-delivery',
  'mood:open-case',
  'mood:complaint',
  'mood:reply',
  'order-under-way',
  'return-under-way',
] as const;

/** Why a message must wait, or never goes. */
export const CONTACT_REASONS = [
  'quiet-hours',
  'day-cap',
  'marketing-cap',
  'rest-after-answer',
  'survey-rest',
  'case-rest',
  'review-rest',
  ...HOLD_REASONS,
  'shop-ceiling',
  'shop-budget',
  'outranked',
] as const;
export type ContactReason = (typeof CONTACT_REASONS)[number];

/** The facts that a judgement rests on, for the person who asks why. */
export interface ContactFacts {
  readonly [name: string]: Json;
}

/** A rule that stands against a message. */
export interface Block {
  readonly reason: ContactReason;
  readonly facts: ContactFacts;
}

/** One whose end is known. */
export interface TimedBlock extends Block {
  readonly until: Instant;
}
