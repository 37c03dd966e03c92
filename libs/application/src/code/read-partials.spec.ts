import { lineDiff } from './line-diff.js';
import { placed, readCode } from './read-code.js';
import { readPartials } from './read-partials.js';
import { writeJourney } from './journey-text.js';

const JOURNEY = `key: thanks
title: Thank you
class: service
trigger: order.placed
entry: { key: order.id }
steps:
  - { id: say, kind: send, settings: { template: hello, channels: [email] } }
templates:
  hello:
    en: { subject: Hi, mjml: '<mj-text>Hello</mj-text>{% render "signature" %}' }
`;
const SIGNATURE = { name: 'partials/signature.liquid', text: '<mj-text>{% render "shop" %}</mj-text>\n' };
const SHOP = { name: 'partials/shop.liquid', text: '{{ shop.name }}\n' };
const UNUSED = { name: 'partials/unused.liquid', text: 'x' };
const FILE = { name: 'thanks.yaml', text: JOURNEY };

describe('partials of a folder', () => {
  it('go into the journeys that render them, and no others', () => {
    const { journeys, faults } = readCode([FILE, SIGNATURE, SHOP, UNUSED]);
    expect(faults).toEqual([]);
    expect(journeys[0]?.document.partials).toEqual({
      shop: { default: SHOP.text },
      signature: { default: SIGNATURE.text },
    });
    const plain = { name: 'plain.yaml', text: JOURNEY.replace('{% render "signature" %}', '') };
    expect(readCode([plain, SIGNATURE, SHOP]).journeys[0]?.document.partials).toBeUndefined();
  });

  it('belong to the journeys beside them', () => {
    const elsewhere = { ...SIGNATURE, name: `a/${SIGNATURE.name}` };
    expect(readCode([{ ...FILE, name: 'b/thanks.yaml' }, elsewhere]).journeys[0]?.document.partials).toBeUndefined();
    const [journey] = readCode([{ ...FILE, name: 'a/thanks.yaml' }, elsewhere]).journeys;
    expect(Object.keys(journey?.document.partials ?? {})).toEqual(['signature']);
  });

  it('are all known where one is missing, so that the right one can be named', () => {
    const misspelt = { ...FILE, text: JOURNEY.replace('"signature"', '"signatur"') };
    const [journey] = readCode([misspelt, SIGNATURE, SHOP]).journeys;
    expect(Object.keys(journey?.document.partials ?? {})).toEqual(['signature', 'shop']);
  });

  it('have a language in their names, and give way to those of the journey itself', () => {
    const french = { name: 'partials/signature.fr.liquid', text: 'À bientôt' };
    expect(readCode([FILE, SIGNATURE, SHOP, french]).journeys[0]?.document.partials).toMatchObject({
      signature: { default: SIGNATURE.text, fr: 'À bientôt' },
    });
    const own = { ...FILE, text: `${JOURNEY}partials: { signature: { default: ours } }\n` };
    expect(readCode([own, SIGNATURE, SHOP]).journeys[0]?.document.partials).toEqual({ signature: { default: 'ours' } });
  });

  it('that are named wrongly or are too long are told by their file', () => {
    const { faults } = readCode([
      FILE,
      { name: 'partials/My Footer.liquid', text: '' },
      { name: 'partials/long.liquid', text: 'x'.repeat(16_001) },
    ]);
    expect(faults.map(({ file, message }) => `${file}: ${message}`)).toEqual([
      expect.stringMatching(/^partials\/My Footer\.liquid: Name it/),
      'partials/long.liquid: 16001 characters; at most 16000 are allowed.',
    ]);
  });

  it('have their faults in their own file, at their line', () => {
    const [journey] = readCode([FILE, { ...SIGNATURE, text: `\n${SIGNATURE.text}` }]).journeys;
    if (!journey) throw new Error('There is no journey.');
    const fault = { pointer: '/partials/signature/default', code: 'template.partial', message: 'No "shop". (line 2)' };
    expect(placed(journey.file, [fault])).toEqual([
      { file: 'partials/signature.liquid', line: 2, pointer: '', message: 'No "shop".' },
    ]);
  });

  it('stay in their files when the journey is written, unless the shop has other words', () => {
    const files = [FILE, SIGNATURE, SHOP];
    const { partials } = readPartials(files);
    const document = readCode(files).journeys[0]?.document;
    if (!document) throw new Error('There is no journey.');
    expect(writeJourney(partials.outOf(document, 'thanks.yaml'))).not.toContain('partials');
    const changed = { ...document, partials: { ...document.partials, shop: { default: 'We' } } };
    expect(partials.outOf(changed, 'thanks.yaml').partials).toEqual({ shop: { default: 'We' } });
    expect(lineDiff(writeJourney(document), writeJourney(changed))).toContain('+    default: We');
  });
});
