import fc from 'fast-check';
import { type ContactRules, DEFAULT_CONTACT_RULES, EMPTY_CONTACT_HISTORY, judgeContact } from '#app/domain';
import { noteProof } from '../support/proof.js';
import { jest } from '@jest/globals';

// nothing here takes time: what is wrong once is wrong
jest.retryTimes(0);

const CASES = 5_000;
const HOUR_MS = 3_600_000;
const LOOK_MS = 15 * 60_000;
/** Hours that begin within an hour that is skipped, or that open twice, are left for the next day. */
const MAX_WAIT_MS = 49 * HOUR_MS;
const YEAR = Date.UTC(2026, 0, 1);
/** Each puts its clocks forward and back within 2026: by an hour, by half an hour, at midnight, in either half of the year. */
const ZONES = `
  Europe/Paris Europe/London Europe/Berlin Europe/Athens Europe/Lisbon Europe/Dublin Europe/Kyiv
  Europe/Chisinau Asia/Beirut Asia/Jerusalem Africa/Cairo Africa/Casablanca Atlantic/Azores America/New_York
  America/Chicago America/Denver America/Los_Angeles America/Anchorage America/Adak America/Halifax America/St_Johns
  America/Havana America/Santiago America/Asuncion America/Nuuk Australia/Sydney Australia/Adelaide Australia/Lord_Howe
  Pacific/Auckland Pacific/Chatham Pacific/Norfolk Antarctica/Troll America/Port-au-Prince
`
  .trim()
  .split(/\s+/);

const clocks = new Map(
  ZONES.map((zone) => [
    zone,
    new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  ]),
);
/** `HH:mm`, as the machine's own tables of zones have it. */
const wallClock = (at: number, zone: string): string => clocks.get(zone)?.format(at) ?? '';

/** The hours in which a zone's clock is changed, found by looking: twelve hours on, it shows another time than half a day later. */
function changesOf(zone: string): number[] {
  const found: number[] = [];
  for (let at = YEAR; at < YEAR + 365 * 24 * HOUR_MS; at += 12 * HOUR_MS)
    if (wallClock(at, zone) !== wallClock(at + 24 * HOUR_MS, zone)) found.push(at);
  return found;
}

const time = fc.integer({ min: 0, max: 95 }).map((quarter) => new Date(quarter * LOOK_MS).toISOString().slice(11, 16));
const hours = fc.record({ from: time, to: time }).filter(({ from, to }) => from !== to);
const nearChange = fc
  .constantFrom(
    ...ZONES.map((zone) => ({ zone, changes: changesOf(zone) })).filter(({ changes }) => changes.length > 1),
  )
  .chain(({ zone, changes }) =>
    fc.record({
      zone: fc.constant(zone),
      due: fc.constantFrom(...changes).chain((at) => fc.integer({ min: at - 36 * HOUR_MS, max: at + 60 * HOUR_MS })),
    }),
  );

const isOpen = (at: number, zone: string, { from, to }: { from: string; to: string }): boolean => {
  const now = wallClock(at, zone);
  return from < to ? now >= from && now < to : now >= from || now < to;
};

/** When a message that falls due then goes out: it is asked again whenever it was told to be. */
function sentAt(due: number, zone: string, rules: ContactRules): number {
  const survey = null;
  const medium = 'email';
  const candidate = {
    class: 'marketing',
    medium,
    runId: 'r',
    priority: 50,
    survey,
    usefulUntil: null,
    order: null,
  } as const;
  let at = due;
  for (let asked = 0; asked < 5; asked += 1) {
    const judgement = judgeContact({ ...candidate, dueAt: due, zone }, EMPTY_CONTACT_HISTORY, rules, at);
    if (judgement.type === 'go') return at;
    if (judgement.type === 'skip' || judgement.until <= at) throw new Error(`It would never go out: ${judgement.type}`);
    at = judgement.until;
  }
  throw new Error('It was put off again and again.');
}

it('F18: across changes of the clocks nothing goes out in quiet hours, early or days late', () => {
  const zones = new Set<string>();
  let put = 0;
  fc.assert(
    fc.property(nearChange, hours, ({ zone, due }, open) => {
      const at = sentAt(due, zone, { ...DEFAULT_CONTACT_RULES, hours: open });
      zones.add(zone);
      if (at > due) put += 1;
      expect(at).toBeGreaterThanOrEqual(due);
      expect(isOpen(at, zone, open)).toBe(true);
      expect(at - due).toBeLessThan(MAX_WAIT_MS);
    }),
    { numRuns: CASES },
  );
  noteProof({ fault: 'F18', cases: CASES, messages: CASES, lost: 0, doubled: 0 });
  process.stdout.write(`F18: ${CASES} cases, ${zones.size} zones, ${put} put off\n`);
  expect(zones.size).toBeGreaterThanOrEqual(30);
  expect(put).toBeGreaterThan(CASES / 5);
});
