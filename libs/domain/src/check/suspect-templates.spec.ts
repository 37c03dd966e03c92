import type { JourneyDocument, TemplateDocument } from '../journey/document.js';
import type { CheckInput } from './finding.js';
import { suspectTemplates } from './suspect-templates.js';

type Templates = Readonly<Record<string, Readonly<Record<string, TemplateDocument>>>>;

const found = (templates: Templates): string[] => {
  const document = { key: 'care', templates } as unknown as JourneyDocument;
  const input = { plan: { document }, others: [] } as unknown as CheckInput;
  return suspectTemplates(input, []).map(({ code, pointer }) => `${code} ${pointer}`);
};

describe('suspectTemplates', () => {
  it.each([
    ['YOUR ORDER IS HERE', true],
    ['ORDER {{ order.name }} IS HERE', true],
    ['It is here!!', true],
    ['Look! It is here!', true],
    ['Really?! ', true],
    ['{{ customer.firstName | default: "YOU" }}, it is here!', false],
    ['FAQ for you', false],
    ['NPS', false],
    ['Заказ пришёл', false],
    ['ご注文の商品が到着しました', false],
  ])('hears whether %j shouts', (subject, isShouted) => {
    expect(found({ hello: { en: { subject } } })).toEqual(
      isShouted ? ['subject.shouting /templates/hello/en/subject'] : [],
    );
  });

  it('misses a language that other templates have', () => {
    const subject = 'Hello';
    expect(found({ one: { en: { subject }, fr: { subject } }, two: { fr: { subject } } })).toEqual([
      'template.no-locale /templates/two/en',
    ]);
  });

  it('names the place and the line of what is written wrong', () => {
    const mjml = '<mj-text>Some words about what came in the parcel.\n<a href="">x</a></mj-text>';
    const document = { key: 'care', templates: { 'a/b': { en: { mjml } } } } as unknown as JourneyDocument;
    const input = { plan: { document }, others: [] } as unknown as CheckInput;
    expect(suspectTemplates(input, [])).toMatchObject([
      {
        pointer: '/templates/a~1b/en/mjml',
        severity: 'error',
        message: expect.stringMatching(/Give it one. \(line 2\)$/),
      },
    ]);
  });
});
