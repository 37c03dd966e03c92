import type { ContactCandidate, ContactHistory, PastContact } from './contact-history.js';
import { EMPTY_CONTACT_HISTORY } from './contact-history.js';
import type { ContactRules } from './contact-rules.js';

/** For specs: builders whose every field can be named. */
export function aCandidate(fields: Partial<ContactCandidate> = {}): ContactCandidate {
  return {
    class: 'marketing',
    medium: 'email',
    runId: 'run',
    priority: 50,
    dueAt: 0,
    survey: null,
    usefulUntil: null,
    zone: 'Europe/Paris',
    order: null,
    ...fields,
  };
}

export function aContact(fields: Partial<PastContact> & Pick<PastContact, 'at'>): PastContact {
  return { class: 'marketing', medium: 'email', runId: 'earlier', survey: null, hasReachedGoal: false, ...fields };
}

export function aHistory(fields: Partial<ContactHistory> = {}): ContactHistory {
  return { ...EMPTY_CONTACT_HISTORY, ...fields };
}

export const NO_RULES: ContactRules = {
  hours: null,
  serviceTextsInHours: false,
  urgentTextsAnytime: false,
  perDay: null,
  marketingPer7Days: null,
  marketingRestAfterAnswer: null,
  npsRestAfterInvitation: null,
  npsRestAfterAnswer: null,
  surveyRest: null,
  surveysPer30Days: null,
  surveyRestAfterCase: null,
  reviewRest: null,
  doubleRestAfterIgnored: null,
  reminderRest: null,
  moodGuard: false,
  reviewGuard: false,
  shopPerDay: null,
  shopPerMonth: null,
};
