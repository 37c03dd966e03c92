import { type ContactRules, DEFAULT_CONTACT_RULES } from '#app/domain';

/** All rules off, for tests of something else: what is due goes out at any hour. */
export const NO_CONTACT_RULES = Object.fromEntries(
  Object.entries(DEFAULT_CONTACT_RULES).map(([rule, value]) => [rule, typeof value === 'boolean' ? false : null]),
) as unknown as ContactRules;
