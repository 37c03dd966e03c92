import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { JourneyDocument } from '#app/domain';
import { parseJourneyText } from '../journeys/parse-journey.js';
import { lineDiff } from './line-diff.js';
import { canonicalJourney, writeJourney } from './journey-text.js';
import { playScenario, type ScenarioOutcome } from './play-scenario.js';
import { readCode } from './read-code.js';
import { readScenario } from './read-scenario.js';

const JOURNEY = `
# asks after two days
key: how-was-it
title: How was it
class: marketing
holdOut: none
trigger: { event: shipment.delivered, where: order.delivered }
entry: { key: order.id, reentry: never }
exitOn: [order.refunded, { event: survey.answered, where: 'event.data.survey == "csat"' }]
settings: { after: P2D }
steps:
  - { id: settle, kind: wait, settings: { for: '{{settings.after}}' } }
  - { id: say, kind: send, settings: { template: hello, channels: [email, sms] } }
templates:
  hello:
    en: { subject: "Hello  ", mjml: "<mj-text>\\n  Hello: 'you' # there\\n</mj-text>\\n", sms: Hello }
`;

const PRESETS = path.resolve(import.meta.dirname, '../../../../config/presets/journeys');
const presets = readdirSync(PRESETS).filter((file) => file.endsWith('.yaml'));

const SCENARIO = `
journey: how-was-it
given:
  customer: { email: ada@example.com, phone: '+33612345678', consents: { email: opted_in } }
events:
  - { at: 2026-05-04T10:00:00Z, type: order.placed, order: 1, data: { name: '#1' } }
  - { at: 2026-05-07T12:00:00+02:00, type: shipment.delivered, order: 1, data: { parcelId: a } }
expect:
  - { at: 2026-05-09T10:00:00Z, step: say, template: hello, channel: email, class: marketing }
`;

function documentOf(text: string) {
  const read = parseJourneyText(text, 'yaml');
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  return read.document;
}

function play(text: string, journey = JOURNEY): ScenarioOutcome {
  const read = readScenario({ name: 'a.scenario.yaml', text });
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  return playScenario(read, documentOf(journey));
}

const withTrigger = (trigger: string, key = 'customer.id'): string =>
  JOURNEY.replace('trigger: { event: shipment.delivered, where: order.delivered }', `trigger: ${trigger}`)
    .replace('key: order.id, reentry: never', `key: ${key}, per: year, reentry: never`)
    .replace('after: P2D', 'after: PT0H');
const timesOf = ({ messages }: ScenarioOutcome): string[] => messages.map(({ at }) => at);

describe('a scenario of a journey that begins by no event of a sender', () => {
  const born = (birthday: string) => `
journey: how-was-it
given: { shop: { timeZone: Europe/Paris }, customer: { email: a@example.com, consents: { email: opted_in }, attributes: { birthday: '${birthday}' } } }
events:
  - { at: 2026-05-04T10:00:00Z, type: customer.created }
expect: []
until: 2028-06-01T00:00:00Z
`;

  it('enters by its date, each year, by the facts of that time', () => {
    const yearly = withTrigger('{ date: customer.attributes.birthday, every: year, lead: P1D }');
    expect(timesOf(play(born('1992-02-29'), yearly))).toEqual(['2027-02-27T08:00:00.000Z', '2028-02-28T08:00:00.000Z']);
    const moved = born('1990-07-01').replace(
      'expect:',
      `  - { at: 2026-06-01T10:00:00Z, type: customer.updated, data: { profile: { attributes: { birthday: '05-20' } } } }\nexpect:`,
    );
    expect(timesOf(play(moved, yearly))).toEqual(['2027-05-19T07:00:00.000Z', '2028-05-19T07:00:00.000Z']);
  });

  it('enters at the times of its schedule while the segment holds', () => {
    const monthly = withTrigger(
      `{ schedule: { every: month, on: [1], at: '09:00' }, segment: 'customer.orderCount == 1' }`,
      'customer.id + event.occurredAt',
    );
    const twice = born('x')
      .replace(
        'type: customer.created }',
        'type: customer.created }\n  - { at: 2026-06-15T10:00:00Z, type: order.placed, order: 1 }',
      )
      .replace('expect:', '  - { at: 2026-08-15T10:00:00Z, type: order.placed, order: 2 }\nexpect:');
    expect(timesOf(play(twice, monthly))).toEqual(['2026-07-01T07:00:00.000Z', '2026-08-01T07:00:00.000Z']);
  });

  it('enters by a call that is told as journey.requested', () => {
    const asked = born('x').replace(
      'type: customer.created }',
      'type: customer.created }\n  - { at: 2026-05-05T10:00:00+02:00, type: journey.requested, data: { theme: price } }',
    );
    expect(timesOf(play(asked, withTrigger('api', 'customer.id + event.data.theme')))).toEqual([
      '2026-05-05T08:00:00.000Z',
    ]);
  });
});

describe('a scenario', () => {
  it('passes when the messages are those that were expected', () => {
    expect(play(SCENARIO)).toMatchObject({ differences: [], messages: [{ step: 'say' }], keptBack: [] });
  });

  it('takes settings in place of the journey’s own', () => {
    const { messages } = play(SCENARIO.replace('given:', 'settings: { after: P1D }\ngiven:'));
    expect(messages.map(({ at }) => at)).toEqual(['2026-05-08T10:00:00.000Z']);
  });

  it('tells apart what is missing, what differs and what is too many', () => {
    expect(play(SCENARIO.replace('template: hello', 'template: other')).differences).toEqual([
      '- at 2026-05-09T10:00:00.000Z, step say, template other, channel email, class marketing',
      '+ at 2026-05-09T10:00:00.000Z, step say, template hello, channel email, class marketing',
    ]);
    expect(play(SCENARIO.replace(/expect:[^]*/, 'expect: []')).differences).toEqual([
      expect.stringMatching(/^\+ at 2026-05-09T10:00:00.000Z, step say.* {3}was not expected$/),
    ]);
    expect(play(SCENARIO.replace('email: opted_in', 'email: opted_out')).differences).toEqual([
      expect.stringMatching(/^- at .* did not come: kept back at 2026-05-09T10:00:00.000Z \(.+\)$/),
    ]);
  });

  it('ends at the time that it names', () => {
    expect(play(`${SCENARIO}until: 2026-05-08T00:00:00Z\n`).messages).toEqual([]);
  });

  it('hears what ends a run', () => {
    const refund = "  - { at: 2026-05-08T10:00:00Z, type: order.refunded, order: '1' }\nexpect: []\n";
    expect(play(SCENARIO.replace(/expect:[^]*/, refund))).toMatchObject({ differences: [], messages: [] });
  });

  it('keeps people apart', () => {
    const other =
      "  - { at: 2026-05-07T12:00:00Z, type: shipment.delivered, order: '2', customer: { email: bo@example.com }, data: { parcelId: b } }\nexpect:";
    const { messages, keptBack } = play(SCENARIO.replace('expect:', other));
    expect(messages.map(({ customer }) => customer)).toEqual(['ada@example.com']);
    expect(keptBack.map(({ customer }) => customer)).toEqual(['bo@example.com']);
  });

  it.each([
    ['shipment.delivered', 'shipment.arrived', 7, '/events/1/type'],
    ['parcelId', 'parcelNo', 7, '/events/1/data'],
    ['+33612345678', 'no number', 4, '/given/customer'],
    ['step: say', 'stop: say', 9, '/expect/0'],
  ])('is refused with line and place for %s that became %s', (right, wrong, line, place) => {
    const read = readScenario({ name: 'a.scenario.yaml', text: SCENARIO.replace(right, wrong) });
    expect('faults' in read && read.faults[0]).toMatchObject({ line, pointer: expect.stringMatching(`^${place}`) });
  });
});

describe('journeys as text', () => {
  it('come back from YAML as they were', () => {
    const document = documentOf(JOURNEY);
    const text = writeJourney(document);
    expect(canonicalJourney(documentOf(text))).toBe(canonicalJourney(document));
    expect(writeJourney(documentOf(text))).toBe(text);
  });

  it.each(presets)('come back from YAML as they were: %s', (file) => {
    const document = documentOf(readFileSync(path.join(PRESETS, file), 'utf8'));
    const text = writeJourney(document);
    expect(canonicalJourney(documentOf(text))).toBe(canonicalJourney(document));
    // the database keeps no order of names
    expect(writeJourney(JSON.parse(canonicalJourney(document)) as JourneyDocument)).toBe(text);
  });

  it('name every fault of every file, with its line', () => {
    const files = [
      { name: 'a.yaml', text: JOURNEY },
      { name: 'b.yaml', text: JOURNEY },
      {
        name: 'c.yaml',
        text: JOURNEY.replace('class: marketing', 'class: loud').replace('reentry: never', 'reentry: x'),
      },
      { name: 'd.yaml', text: 'key: [' },
    ];
    const { journeys, faults } = readCode(files);
    expect(journeys.map(({ file }) => file.name)).toEqual(['a.yaml']);
    expect(faults.map(({ file, line }) => [file, line])).toEqual([
      ['b.yaml', 3],
      ['c.yaml', 5],
      ['c.yaml', 8],
      ['d.yaml', 1],
    ]);
  });
});

describe('the difference of two texts', () => {
  const numbers = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);

  it('is empty for the same text and one piece for a new one', () => {
    expect(lineDiff('a\n', 'a\n')).toBe('');
    const long = (mark: string) => Array.from({ length: 20_000 }, (_, line) => `${mark}${line}`).join('\n');
    expect(lineDiff(long('a'), long('b'), 50)).toMatch(/^@@ -1,20000 \+1,20000 @@\n-a0\n/);
    expect(lineDiff('', 'a\nb\n')).toBe('@@ -0,0 +1,2 @@\n+a\n+b');
  });

  it('shows each change with three lines around it', () => {
    const changed = numbers.toSpliced(4, 1, 'five').toSpliced(15, 0, 'more');
    expect(lineDiff(numbers.join('\n'), changed.join('\n'))).toBe(
      [
        '@@ -2,7 +2,7 @@',
        ' line 2\n line 3\n line 4\n-line 5\n+five\n line 6\n line 7\n line 8',
        '@@ -13,6 +13,7 @@',
        ' line 13\n line 14\n line 15\n+more\n line 16\n line 17\n line 18',
      ].join('\n'),
    );
  });
});
