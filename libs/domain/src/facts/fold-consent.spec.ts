import { describe, expect, it } from '@jest/globals';
import type { ConsentChange, DomainEvent } from '../event/event.js';
import { applyToCustomer, NOBODY } from './fold.js';
import { anEvent } from './testing.js';

type State = ConsentChange['state'];
type Level = ConsentChange['level'];

const said = (state: State, level: Level, time: string): DomainEvent =>
  anEvent('consent.changed', time, { channel: 'email', state, level });
const ordered = (time: string, isAccepted = true): DomainEvent =>
  anEvent('order.placed', time, { consents: isAccepted ? [{ channel: 'email' }] : [] });
const consentAfter = (...events: DomainEvent[]) => events.reduce(applyToCustomer, NOBODY.customer).consents.email;

describe('consent', () => {
  it('is given by an order whose buyer accepts marketing, with the order as its proof', () => {
    expect(consentAfter(ordered('09:00'))).toMatchObject({
      state: 'opted_in',
      at: '2026-03-02T09:00:00.000Z',
      proof: 'order o1',
    });
  });

  it('isn’t taken away by an order whose buyer doesn’t accept marketing', () => {
    expect(consentAfter(said('opted_in', 'single', '09:00'), ordered('10:00', false))?.state).toBe('opted_in');
    expect(consentAfter(ordered('09:00'), ordered('10:00', false))?.state).toBe('opted_in');
  });

  it('is unknown after an order that says nothing', () => {
    expect(consentAfter(ordered('10:00', false))).toBeUndefined();
  });

  it.each<[Level, string]>([
    ['single', '11:00'],
    ['confirmed', '11:00'],
    ['single', '08:00'],
    ['confirmed', '08:00'],
  ])('isn’t restored by an order after an opt-out (%s at %s)', (level, time) => {
    expect(consentAfter(said('opted_out', level, time), ordered('10:00'))?.state).toBe('opted_out');
    expect(consentAfter(ordered('10:00'), said('opted_out', level, time))?.state).toBe('opted_out');
  });

  it('is restored by an outright opt-in that is newer than the opt-out', () => {
    expect(consentAfter(said('opted_in', 'single', '10:00'), said('opted_out', 'confirmed', '09:00'))?.state).toBe(
      'opted_in',
    );
  });

  it('isn’t restored by an opt-in that is older than the opt-out', () => {
    expect(consentAfter(said('opted_out', 'single', '10:00'), said('opted_in', 'confirmed', '09:00'))?.state).toBe(
      'opted_out',
    );
  });

  it('is withdrawn when opt-in and opt-out carry the same time', () => {
    expect(consentAfter(said('opted_out', 'single', '10:00'), said('opted_in', 'single', '10:00'))?.state).toBe(
      'opted_out',
    );
  });

  it('isn’t restored by an opt-in on the word of a third party', () => {
    expect(consentAfter(said('opted_out', 'single', '09:00'), said('opted_in', 'evidence', '10:00'))?.state).toBe(
      'opted_out',
    );
  });

  it('is pending only where nothing else was said', () => {
    expect(consentAfter(said('pending', 'single', '09:00'))?.state).toBe('pending');
    expect(consentAfter(said('opted_in', 'single', '08:00'), said('pending', 'single', '09:00'))?.state).toBe(
      'opted_in',
    );
  });

  it('on one channel says nothing of another', () => {
    const customer = applyToCustomer(NOBODY.customer, said('opted_out', 'single', '09:00'));
    expect(Object.keys(customer.consents)).toEqual(['email']);
  });
});
