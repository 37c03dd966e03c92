import { type Contact, findBreaches, type Lives, RULE_NAMES } from './contacts.js';

const NOON = Date.parse('2017-05-10T15:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const QUIET: Lives = { answers: new Map(), cancelled: new Map() };

let runs = 0;
const contact = (over: Partial<Contact> = {}): Contact => ({
  person: 'ann',
  order: 'a',
  journey: 'win-back',
  step: 'say',
  run: `r${(runs += 1)}`,
  class: 'marketing',
  at: NOON,
  ...over,
});
const broken = (contacts: Contact[], lives = QUIET): string[] => findBreaches(contacts, lives).map(({ rule }) => rule);
const answered = (at: number, order = 'a'): Lives => ({ ...QUIET, answers: new Map([['ann', [{ order, at }]]]) });

/** Each rule with mails that break it alone, and with the same a moment, a run or a person apart. */
const SEEDED: Readonly<Record<string, { breaks: [Contact[], Lives?]; keeps: [Contact[], Lives?] }>> = {
  'one a day': {
    breaks: [[contact(), contact({ class: 'feedback', at: NOON + HOUR })]],
    keeps: [[contact(), contact({ class: 'service' }), contact({ person: 'bob' }), contact({ at: NOON + DAY })]],
  },
  'from eight to nine': {
    breaks: [[contact({ at: NOON + 9 * HOUR })]],
    keeps: [[contact({ at: NOON + 9 * HOUR - 1000 }), contact({ class: 'service', at: NOON + 10 * HOUR })]],
  },
  'three promotions in a week': {
    breaks: [[0, 1, 2, 6].map((days) => contact({ at: NOON + days * DAY }))],
    keeps: [[0, 1, 2, 7].map((days) => contact({ at: NOON + days * DAY }))],
  },
  'no promotion after an answer': {
    breaks: [[contact()], answered(NOON - 46 * HOUR)],
    keeps: [[contact()], answered(NOON - 48 * HOUR)],
  },
  'a survey rests': {
    breaks: [
      [
        contact({ journey: 'relationship-nps', class: 'feedback' }),
        contact({ journey: 'first-order-nps', class: 'feedback', at: NOON + 29 * DAY }),
      ],
    ],
    keeps: [
      [
        contact({ journey: 'relationship-nps', class: 'feedback', run: 'same' }),
        contact({ journey: 'relationship-nps', class: 'feedback', run: 'same', at: NOON + 4 * DAY }),
        contact({ journey: 'first-order-nps', class: 'feedback', at: NOON + 34 * DAY }),
      ],
    ],
  },
  'two surveys in thirty days': {
    breaks: [
      [
        contact({ journey: 'delivery-csat', class: 'feedback' }),
        contact({ journey: 'return-ease', class: 'feedback', at: NOON + DAY }),
        contact({ journey: 'return-ease', class: 'feedback', at: NOON + 2 * DAY }),
      ],
    ],
    keeps: [
      [
        contact({ journey: 'delivery-csat', class: 'feedback' }),
        contact({ journey: 'return-ease', class: 'feedback', at: NOON + DAY }),
      ],
    ],
  },
  'a review rests': {
    breaks: [[contact({ class: 'review' }), contact({ class: 'review', at: NOON + 4 * DAY })]],
    keeps: [
      [
        contact({ class: 'review', run: 'same' }),
        contact({ class: 'review', run: 'same', at: NOON + DAY }),
        contact({ class: 'review', at: NOON + 6 * DAY }),
      ],
    ],
  },
  'nothing of a cancelled order': {
    breaks: [
      [contact({ class: 'service' })],
      { ...answered(NOON - 3 * DAY), cancelled: new Map([['a', NOON - 2 * DAY]]) },
    ],
    keeps: [
      // of the day itself: it was told at its end; of another order; and as an answer
      [contact(), contact({ order: 'b', at: NOON + DAY }), contact({ class: 'service', at: NOON + 3 * DAY })],
      { answers: new Map([['ann', [{ order: 'a', at: NOON + 2 * DAY }]]]), cancelled: new Map([['a', NOON - HOUR]]) },
    ],
  },
};

describe('what is found in the mails', () => {
  it('is seeded for every rule', () => {
    expect(Object.keys(SEEDED)).toEqual(RULE_NAMES);
  });

  it.each(RULE_NAMES)('is a breach of "%s", and nothing where it is kept', (rule) => {
    const { breaks, keeps } = SEEDED[rule] ?? { breaks: [[]], keeps: [[]] };
    expect(new Set(broken(...breaks))).toContain(rule);
    expect(broken(...keeps)).toEqual([]);
  });

  it('names the mail, the person and the reason', () => {
    expect(findBreaches([contact(), contact({ at: NOON + 1000 })], QUIET)).toEqual([
      {
        rule: 'one a day',
        person: 'ann',
        at: '2017-05-10T15:00:01.000Z',
        what: 'win-back/say 2017-05-10T15:00:01.000Z: after win-back/say 2017-05-10T15:00:00.000Z on the same day',
      },
    ]);
  });
});
