import { partsOf } from './sms-parts.js';

describe('partsOf', () => {
  it.each([
    ['', 0, 'GSM-7', []],
    ['x'.repeat(160), 1, 'GSM-7', []],
    ['x'.repeat(161), 2, 'GSM-7', []],
    // the extension table takes two places each
    ['€'.repeat(80), 1, 'GSM-7', []],
    ['€'.repeat(81), 2, 'GSM-7', []],
    [`${'x'.repeat(69)}’`, 1, 'UCS-2', ['’']],
    [`${'x'.repeat(70)}’’`, 2, 'UCS-2', ['’']],
    ['ж'.repeat(70), 1, 'UCS-2', ['ж']],
    ['ж'.repeat(71), 2, 'UCS-2', ['ж']],
    ['ж'.repeat(135), 3, 'UCS-2', ['ж']],
    ['Grüße, ñ, à', 1, 'GSM-7', []],
    ['C’est prêt 🎁', 1, 'UCS-2', ['’', 'ê', '🎁']],
  ])('%j', (text, parts, encoding, foreign) => {
    expect(partsOf(text)).toMatchObject({ parts, encoding, foreign });
  });
});
