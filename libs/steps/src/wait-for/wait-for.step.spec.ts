import { type EventType, toInstant } from '#app/domain';
import { aContext, anEvent, parsed, refusal } from '../testing.js';
import { waitForStep } from './wait-for.step.js';

const settings = parsed(waitForStep, {
  events: ['review.submitted'],
  where: 'good',
  timeout: 'P7D',
  // oxlint-disable-next-line unicorn/no-thenable -- the word of the document; settings are never awaited
  then: 'end',
  otherwise: 'remind',
});
const at = '2026-05-04T10:00:00Z';

describe('wait-for', () => {
  it('waits for its timeout and then goes the other way', () => {
    expect(waitForStep.enter(settings, aContext(at))).toEqual({
      type: 'wait',
      until: toInstant('2026-05-11T10:00:00Z'),
    });
    expect(waitForStep.wake?.(settings, aContext(at), null)).toMatchObject({ type: 'continue', next: 'remind' });
  });

  it('goes on when the event comes and its condition holds', () => {
    expect(
      waitForStep.onEvent?.(settings, aContext(at, { good: true }), anEvent('review.submitted'), null),
    ).toMatchObject({ next: 'end' });
    expect(
      waitForStep.onEvent?.(settings, aContext(at, { good: false }), anEvent('review.submitted'), null),
    ).toBeUndefined();
    expect(waitForStep.onEvent?.(settings, aContext(at, { good: true }), anEvent('order.paid'), null)).toBeUndefined();
  });

  it('tells the compiler where it leads', () => {
    expect(waitForStep.targets?.(settings)).toEqual(['end', 'remind']);
    expect(waitForStep.fallsThrough?.(settings)).toBe(false);
    expect(waitForStep.expressions?.(settings)).toEqual([{ place: 'where', source: 'good', expects: 'bool' }]);
    expect(waitForStep.alwaysWaits?.(settings)).toBe(true);
  });

  it('lets an event have a condition and a way of its own', () => {
    const own = parsed(waitForStep, {
      events: [
        { event: 'survey.answered', where: 'bad', goto: 'call' },
        'survey.answered',
        { event: 'return.requested', goto: 'end' },
        { event: 'order.cancelled', where: 'bad' },
      ],
      where: 'good',
      timeout: 'P7D',
      // oxlint-disable-next-line unicorn/no-thenable -- the word of the document; settings are never awaited
      then: 'thank',
    });
    const next = (type: EventType, facts: object) => {
      const decision = waitForStep.onEvent?.(own, aContext(at, { ...facts }), anEvent(type), null);
      return decision?.type === 'continue' ? decision.next : 'still waits';
    };
    expect(next('survey.answered', { bad: true, good: true })).toBe('call');
    expect(next('survey.answered', { good: true })).toBe('thank');
    expect(next('survey.answered', {})).toBe('still waits');
    expect(next('return.requested', { good: true })).toBe('end');
    expect(next('return.requested', {})).toBe('still waits');
    expect(next('order.cancelled', { bad: true })).toBe('thank');
    expect(waitForStep.targets?.(own)).toEqual(['call', 'thank', 'end']);
    expect(waitForStep.fallsThrough?.(own)).toBe(true);
    expect(waitForStep.expressions?.(own)).toEqual([
      { place: 'where', source: 'good', expects: 'bool' },
      { place: 'events/0/where', source: 'bad', expects: 'bool', events: ['survey.answered'] },
      { place: 'events/3/where', source: 'bad', expects: 'bool', events: ['order.cancelled'] },
    ]);
  });

  it('falls through when an event names no way', () => {
    const ways = (events: unknown[]) =>
      waitForStep.fallsThrough?.(parsed(waitForStep, { events, timeout: 'P1D', otherwise: 'end' }));
    expect(ways([{ event: 'order.paid', goto: 'end' }])).toBe(false);
    expect(ways([{ event: 'order.paid', goto: 'end' }, 'order.placed'])).toBe(true);
  });

  it('refuses events that do not exist', () => {
    expect(refusal(waitForStep, { events: ['order.eaten'], timeout: 'P1D' })).toContain('is no event');
  });
});
