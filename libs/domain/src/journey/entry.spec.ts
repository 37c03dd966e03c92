import type { Json } from '../facts/view.js';
import { toInstant } from '../time/instant.js';
import { compileJourney } from './compile.js';
import { enter, isInSegment, startsBy } from './decide.js';
import type { JourneyDocument } from './document.js';
import { aDocument, anEvent, aPlan, aSnapshot, simpleKinds } from './testing.js';

const AT = '2026-05-04T10:00:00.000Z';
const NOW = toInstant(AT);

function faultsOf(extra: Partial<JourneyDocument>): string[] {
  const compiled = compileJourney(aDocument(extra), simpleKinds);
  return 'faults' in compiled ? compiled.faults.map(({ pointer, message }) => `${pointer} ${message}`) : [];
}

describe('an entry by news of a parcel', () => {
  const plan = aPlan({ trigger: { event: 'shipment.delivered' } });
  const heard = (receivedAt?: string) => {
    const event = anEvent('shipment.delivered', AT);
    return enter(plan, receivedAt === undefined ? event : { ...event, receivedAt }, aSnapshot(), NOW + 9e8);
  };

  it('is refused when the news is older than 72 hours at its receipt', () => {
    expect(heard('2026-05-07T10:00:00.001Z')).toEqual({ entered: false, reason: 'stale' });
  });

  it('is not when it came in time, however late it is worked on', () => {
    expect(heard('2026-05-07T10:00:00.000Z').entered).toBe(true);
    expect(heard().entered).toBe(true);
  });

  it('leaves no trace of the receipt in the run', () => {
    const result = heard(AT);
    expect(result.entered && Object.keys(result.decision.run.entry)).toEqual(['id', 'type', 'occurredAt', 'data']);
  });

  it('concerns parcels alone: an old order is let in', () => {
    const event = { ...anEvent('order.placed', AT), receivedAt: '2027-01-01T00:00:00.000Z' };
    expect(enter(aPlan(), event, aSnapshot(), NOW).entered).toBe(true);
  });
});

describe('a trigger that is no event of a sender', () => {
  const due = (data: Json) => anEvent('journey.due', AT, data);
  const plan = aPlan({
    trigger: { date: 'customer.attributes.birthday' },
    entry: { key: 'customer.id', reentry: 'never' },
  });

  it('lets in by events of its own journey only', () => {
    expect(startsBy(plan, due({ journey: 'test' }))).toBe(true);
    expect(startsBy(plan, due({ journey: 'other' }))).toBe(false);
    expect(startsBy(plan, due(null))).toBe(false);
    expect(enter(plan, due({ journey: 'other' }), aSnapshot(null), NOW)).toMatchObject({ reason: 'where' });
    expect(enter(plan, due({ journey: 'test' }), aSnapshot(null), NOW)).toMatchObject({ entryKey: 'c1' });
  });

  it('asks the segment of the person’s facts', () => {
    const schedule = { every: 'day', at: '09:00' } as const;
    const segmented = aPlan({
      trigger: { schedule, segment: 'customer.orderCount > 1' },
      entry: { key: 'customer.id', reentry: 'never' },
    });
    const event = anEvent('journey.scheduled', AT, { journey: 'test' });
    expect([1, 2].map((count) => isInSegment(segmented, event, aSnapshot(null, count), NOW))).toEqual([false, true]);
  });

  it.each<[Partial<JourneyDocument>, string]>([
    [{ trigger: { date: 'event.data.day' } }, '/trigger/date event: '],
    [{ trigger: { date: 'customer.attributes.x', lead: '-P1D' } }, '/trigger/lead "-P1D" is no time before a date'],
    [{ trigger: { date: 'customer.attributes.x', lead: 'P2Y' } }, '/trigger/lead "P2Y" is no time before a date'],
    [{ trigger: { date: 'customer.attributes.x', at: '9' } }, '/trigger/at "9" is no time of day'],
    [{ trigger: { date: 'customer.attributes.x', at: '{{settings.hour}}' } }, '/trigger/at settings.hour'],
    [
      { trigger: { schedule: { every: 'week', at: '09:00' }, segment: 'true' } },
      '/trigger/schedule/on Name days of the week',
    ],
    [
      { trigger: { schedule: { every: 'month', on: ['mon'], at: '09:00' }, segment: 'true' } },
      '/trigger/schedule/on Name days',
    ],
    [
      { trigger: { schedule: { every: 'day', on: [1], at: '09:00' }, segment: 'true' } },
      '/trigger/schedule/on Every day needs',
    ],
    [{ trigger: { schedule: { every: 'day', at: '09:00' }, segment: 'order.isGift' } }, '/trigger/segment order: '],
    [{ trigger: { schedule: { every: 'day', at: '09:00' }, segment: '1 + 1' } }, '/trigger/segment "1 + 1" gives int'],
  ])('is checked: %j', (extra, sentence) => {
    expect(faultsOf({ ...extra, entry: { key: 'customer.id', reentry: 'never' } }).join('\n')).toContain(sentence);
  });
});

describe('an entry key that counts within a period', () => {
  it.each([
    ['day', 'c1|2026-05-05'],
    ['week', 'c1|2026-W19'],
    ['month', 'c1|2026-05'],
    ['year', 'c1|2026'],
  ] as const)('names the %s of the shop', (per, key) => {
    const plan = aPlan({ entry: { key: 'customer.id', per, reentry: 'never' } });
    const at = '2026-05-04T22:30:00.000Z';
    expect(enter(plan, anEvent('order.placed', at), aSnapshot(), toInstant(at))).toMatchObject({ entryKey: key });
  });
});
