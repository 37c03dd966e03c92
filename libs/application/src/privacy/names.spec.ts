import { emailsIn, mentions, phonesIn } from './names.js';

describe('a text', () => {
  it.each([
    ['as it is', 'Ada <ada+x@Mail.example> wrote'],
    ['in a URL', 'email=ada%2Bx%40mail.example&n=1'],
    ['with escapes of JSON', String.raw`{"email":"ada+x\u0040mail.example"}`],
  ])('names an e-mail address %s', (_title, text) => {
    expect(emailsIn(text)).toEqual(['ada+x@mail.example']);
    expect(mentions(text, [{ kind: 'email', value: 'ada+x@mail.example' }])).toBe(true);
    expect(mentions(text, [{ kind: 'email', value: 'a+x@mail.example' }])).toBe(false);
  });

  it.each(['+49 151 998-877-66', '0151/99887766'.replace('/', ' '), '(0049) 151 99887766', 'phone=%2B4915199887766'])(
    'names a phone number as %s',
    (text) => {
      const digits = phonesIn(text).join(' ');
      expect(digits).toMatch(/15199887766$/);
      expect(mentions(text, [{ kind: 'phone', value: '+4915199887766' }])).toBe(true);
      expect(mentions(text, [{ kind: 'phone', value: '+4915199887765' }])).toBe(false);
    },
  );

  it('names an id as a whole word, unless the id is too short to mean anything', () => {
    const text = '{"customer":{"id":820982911946},"order":"1001"}';
    expect(mentions(text, [{ kind: 'external', value: '820982911946' }])).toBe(true);
    expect(mentions(text, [{ kind: 'external', value: '82098291194' }])).toBe(false);
    expect(mentions(text, [{ kind: 'order', value: '1001' }])).toBe(false);
  });
});
