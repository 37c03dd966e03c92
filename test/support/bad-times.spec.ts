import { readJourney } from '#app/application';
import { shopChange, wireEvent } from '#app/contracts';
import { compileJourney } from '#app/domain';
import { stepKinds } from '#app/steps';
import fc from 'fast-check';
import { BAD_TIMES, BAD_WAITS, BAD_ZONES, GOOD_TIMES } from './corpora/bad-times.js';

const RUNS = Number(process.env['AFTERGLOW_RUNS'] ?? 500);
/** A moment may lie before the one it is counted from. */
const NEGATIVE = new Set(['-P1D', 'P-1D']);
const MINUTE_MS = 60_000;

const eventAt = (occurredAt: string) =>
  wireEvent.safeParse({ id: '1', type: 'order.cancelled', occurredAt, order: { externalId: '1' }, data: {} });

const faultsOf = (wait: object): number => {
  const read = readJourney({
    key: 'waits',
    title: 'Waits',
    class: 'service',
    trigger: { event: 'order.placed' },
    entry: { key: 'order.id', reentry: 'never' },
    steps: [
      { id: 'rest', kind: 'wait', settings: wait },
      { id: 'hello', kind: 'send', settings: { template: 'hello', channels: ['email'], usefulFor: 'P2D' } },
    ],
    templates: { hello: { en: { subject: 'Hello', mjml: '<mj-text>Hello</mj-text>' } } },
  });
  if ('faults' in read) return read.faults.length;
  const compiled = compileJourney(read.document, stepKinds);
  return 'faults' in compiled ? compiled.faults.length : 0;
};

describe('times of events', () => {
  it.each(BAD_TIMES.map((text) => [text]))('%j is refused at its place', (text) => {
    const parsed = eventAt(text);
    expect([...new Set(parsed.error?.issues.map(({ path }) => path.join('/')))]).toEqual(['occurredAt']);
  });

  it.each(GOOD_TIMES)('%s is %s', (text, instant) => {
    expect(eventAt(text).data?.occurredAt).toBe(instant);
  });

  it('with any offset are the instant that they say', () => {
    const instants = fc.date({ min: new Date('1971-01-01'), max: new Date('2199-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(instants, fc.integer({ min: -14 * 60, max: 14 * 60 }), (date, offsetMinutes) => {
        const local = new Date(date.getTime() + offsetMinutes * MINUTE_MS).toISOString().slice(0, -1);
        const [hours, minutes] = [Math.trunc(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60];
        const offset = `${offsetMinutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
        expect(eventAt(local + offset).data?.occurredAt).toBe(date.toISOString());
      }),
      { numRuns: RUNS },
    );
  });
});

describe('waits', () => {
  it.each(['PT0S', 'PT1S', 'P1D', 'P1.5D', 'P1W', 'P1M', 'P1Y2M3DT4H5M6S', 'P10Y', 'P100Y'])(
    'of %s are fine',
    (text) => {
      expect(faultsOf({ for: text })).toBe(0);
    },
  );

  it.each(BAD_WAITS.map((text) => [text]))('of %j are refused', (text) => {
    expect(faultsOf({ for: text })).toBeGreaterThan(0);
    expect(faultsOf({ until: 'order.promisedDate', offset: text })).toBeGreaterThan(NEGATIVE.has(text) ? -1 : 0);
  });
});

describe('time zones', () => {
  it.each(BAD_ZONES.map((zone) => [zone]))('%j is none', (zone) => {
    expect(shopChange.safeParse({ timeZone: zone }).success).toBe(false);
  });

  it('of people may be any of IANA', () => {
    for (const zone of Intl.supportedValuesOf('timeZone'))
      expect(shopChange.safeParse({ timeZone: zone }).success).toBe(true);
  });
});
