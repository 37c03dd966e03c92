import { toInstant } from '#app/domain';
import { aContext, parsed, refusal } from '../testing.js';
import { sendStep } from './send.step.js';

const at = '2026-05-04T10:00:00Z';

describe('send', () => {
  it('hands over a message that falls due at the time reached', () => {
    const settings = parsed(sendStep, { template: 'hello', channels: ['email', 'sms'], usefulFor: 'P2D' });
    expect(sendStep.enter(settings, aContext(at, {}, { now: toInstant('2026-05-05T00:00:00Z') }))).toEqual({
      type: 'continue',
      send: {
        template: 'hello',
        channels: ['email', 'sms'],
        dueAt: toInstant(at),
        usefulUntil: toInstant('2026-05-06T10:00:00Z'),
        survey: null,
      },
    });
  });

  it('goes on without the message when its condition does not hold', () => {
    const settings = parsed(sendStep, { template: 'hello', channels: ['email'], when: 'wanted' });
    expect(sendStep.enter(settings, aContext(at, { wanted: false }))).toEqual({
      type: 'continue',
      note: { skipped: 'when' },
    });
    expect(sendStep.enter(settings, aContext(at, { wanted: true }))).toHaveProperty('send.usefulUntil', null);
    expect(sendStep.expressions?.(settings)).toHaveLength(1);
  });

  it.each([[[]], [['fax']], [['email', 'email']]])('refuses the channels %j', (channels) => {
    expect(refusal(sendStep, { template: 'hello', channels })).not.toBe('');
  });
});
