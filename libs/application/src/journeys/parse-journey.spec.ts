import { parseJourneyText, type ReadJourney, readJourney } from './parse-journey.js';

const YAML = `
key: hello
title: Hello
class: service
trigger: order.placed
entry: { key: order.id }
exitOn: [order.cancelled, { event: order.refunded, where: order.fullyRefunded }]
steps:
  - { id: a, kind: send, settings: { template: t, channels: [email] } }
templates: { t: { en: { subject: Hello, mjml: Hello } } }
`;
const faultsOf = (read: ReadJourney): string[] =>
  'faults' in read ? read.faults.map(({ pointer, message }) => `${pointer} ${message}`) : [];

describe('parseJourneyText', () => {
  it('reads YAML with shorthand and defaults', () => {
    expect(parseJourneyText(YAML, 'yaml')).toEqual({
      document: expect.objectContaining({
        trigger: { event: 'order.placed' },
        entry: { key: 'order.id', reentry: 'never' },
        exitOn: [{ event: 'order.cancelled' }, { event: 'order.refunded', where: 'order.fullyRefunded' }],
        settings: {},
      }),
    });
  });

  it('reads the same from JSON and from a value', () => {
    const read = parseJourneyText(YAML, 'yaml');
    const document = 'document' in read ? read.document : {};
    expect(parseJourneyText(JSON.stringify(document), 'json')).toEqual(read);
    expect(readJourney(document)).toEqual(read);
  });

  it('keeps words such as on and no as text', () => {
    const read = parseJourneyText(
      YAML.replace('title: Hello', 'title: no').replace('subject: Hello', 'subject: on'),
      'yaml',
    );
    expect(read).toMatchObject({ document: { title: 'no', templates: { t: { en: { subject: 'on' } } } } });
  });

  it.each([
    [
      'an unknown key',
      YAML.replace('kind: send', 'kind: send, nxt: b'),
      '/steps/0/nxt Line 9: "nxt" is not known here',
    ],
    ['an unknown event', YAML.replace('trigger: order.placed', 'trigger: order.place'), '/trigger Line 5:'],
    ['an unknown event among many', YAML.replace('[order.cancelled', '[order.canceled'), '/exitOn/0 Line 7:'],
    ['a missing key', YAML.replace('key: hello\n', ''), '/key '],
    ['a wrong class', YAML.replace('class: service', 'class: promo'), '/class Line 4: Write one of service'],
    ['a key given twice', `${YAML}title: Again\n`, '#line-11 Line 11, column 1: Map keys must be unique.'],
    ['bad syntax', 'steps: [', '#line-1 Line 1'],
    ['no mapping', 'hello', ' '],
    ['a custom tag', YAML.replace('title: Hello', 'title: !run Hello'), '#line-3 Line 3'],
  ])('says where %s stands', (_, text, start) => {
    const faults = faultsOf(parseJourneyText(text, 'yaml'));
    expect(faults[0] ?? '').toEqual(expect.stringContaining(start));
  });

  it('refuses alias bombs, cycles, deep nests and long texts', () => {
    const bomb = Array.from(
      { length: 12 },
      (_, level) =>
        `a${level}: &a${level} [${level === 0 ? 'x' : Array.from({ length: 9 }, () => `*a${level - 1}`).join(', ')}]`,
    );
    expect(faultsOf(parseJourneyText(bomb.join('\n'), 'yaml'))[0]).toContain('anchors');
    expect(faultsOf(parseJourneyText('a: &a [*a]', 'yaml'))).not.toEqual([]);
    expect(faultsOf(parseJourneyText('['.repeat(100) + ']'.repeat(100), 'json'))[0]).toContain('nested deeper');
    expect(faultsOf(parseJourneyText('x'.repeat(200_000), 'yaml'))[0]).toContain('at most');
  });

  it('says that JSON is none', () => {
    expect(faultsOf(parseJourneyText('{', 'json'))[0]).toContain('This is not JSON');
  });
});
