import { describe, expect, it } from '@jest/globals';
import type { ConsentChange, DomainEvent } from '../event/event.js';
import { applyToCustomer, NOBODY } from '../facts/fold.js';
import { mergeCustomers } from '../facts/fold-customer.js';
import { anEvent } from '../facts/testing.js';
import { OPTIONAL_CLASSES, type OptionalClass } from './message-class.js';
import { lastWish, standingOf } from './standing.js';

type Said = readonly [word: 'yes' | 'no' | 'maybe', time: string, ...classes: OptionalClass[]];

const STATES = { yes: 'opted_in', no: 'opted_out', maybe: 'pending' } as const;

const eventOf = ([word, time, ...classes]: Said): DomainEvent => {
  const data: ConsentChange = { channel: 'email', state: STATES[word], level: 'single' };
  return anEvent('consent.changed', time, classes.length > 0 ? { ...data, classes } : data);
};
const ordered = (time: string): DomainEvent => anEvent('order.placed', time, { consents: [{ channel: 'email' }] });
const after = (events: readonly DomainEvent[]) => events.reduce(applyToCustomer, NOBODY.customer);
const states = (events: readonly DomainEvent[]): string[] =>
  OPTIONAL_CLASSES.map((each) => standingOf(after(events), each, 'email').state);

describe('how somebody stands to feedback, review and marketing', () => {
  it.each<[title: string, said: Said[], expected: string[]]>([
    ['who never said', [], ['none', 'none', 'none']],
    ['who said yes to all', [['yes', '09:00']], ['opted_in', 'opted_in', 'opted_in']],
    [
      'who then refuses reviews',
      [
        ['yes', '09:00'],
        ['no', '10:00', 'review'],
      ],
      ['opted_in', 'opted_out', 'opted_in'],
    ],
    ['who allows marketing alone', [['yes', '09:00', 'marketing']], ['none', 'none', 'opted_in']],
    [
      'who refused all and then allows marketing',
      [
        ['no', '09:00'],
        ['yes', '10:00', 'marketing'],
      ],
      ['opted_out', 'opted_out', 'opted_in'],
    ],
    [
      'who refuses all after that',
      [
        ['yes', '10:00', 'marketing'],
        ['no', '11:00'],
      ],
      ['opted_out', 'opted_out', 'opted_out'],
    ],
    [
      'who refused each and subscribes in the shop: that is marketing',
      [
        ['no', '09:00', 'feedback', 'review', 'marketing'],
        ['yes', '10:00'],
      ],
      ['opted_out', 'opted_out', 'opted_in'],
    ],
    [
      'who allows and refuses at the same instant',
      [
        ['yes', '09:00', 'marketing'],
        ['no', '09:00', 'marketing'],
      ],
      ['none', 'none', 'opted_out'],
    ],
    [
      'who allows a class and refuses all at the same instant',
      [
        ['yes', '09:00', 'marketing'],
        ['no', '09:00'],
      ],
      ['opted_out', 'opted_out', 'opted_out'],
    ],
    ['who waits to be asked', [['maybe', '09:00']], ['pending', 'pending', 'pending']],
    ['who waits to be asked about a class', [['maybe', '09:00', 'review']], ['none', 'none', 'none']],
    [
      'who takes a refused class back, is stopped and starts again',
      [
        ['no', '09:00', 'review'],
        ['yes', '10:00', 'review'],
        ['no', '11:00'],
        ['yes', '12:00'],
      ],
      ['opted_in', 'opted_in', 'opted_in'],
    ],
  ])('%s', (_title, said, expected) => {
    const events = said.map(eventOf);
    expect(states(events)).toEqual(expected);
    expect(states(events.toReversed())).toEqual(expected);
  });

  it('an order gives nothing back that was refused by class', () => {
    expect(states([eventOf(['no', '09:00', 'marketing']), ordered('10:00')])).toEqual([
      'opted_in',
      'opted_in',
      'opted_out',
    ]);
  });

  it('is the same whichever of two records survives their merge', () => {
    const [a, b] = [
      after([eventOf(['no', '09:00', 'review'])]),
      after([eventOf(['yes', '10:00', 'review', 'marketing'])]),
    ];
    for (const merged of [mergeCustomers(a, b), mergeCustomers(b, a)])
      expect(OPTIONAL_CLASSES.map((each) => standingOf(merged, each, 'email').state)).toEqual([
        'none',
        'opted_in',
        'opted_in',
      ]);
  });

  it('evidence from an order asks for nothing outright', () => {
    expect(lastWish(after([ordered('09:00')]), 'email')).toBeNull();
    const back = after([eventOf(['no', '09:00']), eventOf(['yes', '10:00', 'review'])]);
    expect(lastWish(back, 'email')).toBe('2026-03-02T10:00:00.000Z');
  });
});
