import { describe, expect, it } from '@jest/globals';
import { onTheWire } from './on-the-wire.js';

describe('onTheWire', () => {
  it.each([
    ['a\r\nb\r\n', 'a\r\nb\r\n.\r\n'],
    ['a', 'a\r\n.\r\n'],
    ['', '\r\n.\r\n'],
    ['.a\r\n.\r\n..b\r\n', '..a\r\n..\r\n...b\r\n.\r\n'],
    ['a\r.\rb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a\n.\nb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a\r\r\n.\n\r\n', 'a\r\n\r\n..\r\n\r\n.\r\n'],
    ['\r\n.\r\n', '\r\n..\r\n.\r\n'],
    ['h\u00e9', 'h\u00e9\r\n.\r\n'],
  ])('sends %j as %j', (message, sent) => {
    expect(onTheWire(Buffer.from(message, 'utf8')).toString('utf8')).toBe(sent);
  });

  it('ends nowhere but at its end, whatever is in it', () => {
    const pieces = ['\r', '\n', '.', 'a'];
    const texts = Array.from({ length: 4 ** 7 }, (_unused, number) =>
      Array.from({ length: 7 }, (_, place) => pieces[Math.floor(number / 4 ** place) % 4]).join(''),
    );
    const early = texts.filter((text) => {
      const sent = onTheWire(Buffer.from(text, 'latin1')).toString('latin1');
      return /[\r\n]\.[\r\n]/.exec(sent)?.index !== sent.length - 4;
    });
    expect(early).toEqual([]);
  });
});
