import { describe, expect, it } from '@jest/globals';
import type { OutboundMessage } from '#app/application';
import { buildMime } from './mime-message.js';

const MESSAGE: OutboundMessage = {
  id: 'm',
  key: 'ab'.repeat(32),
  medium: 'email',
  to: 'ada@mail.example',
  fromName: 'Björk & Co',
  subject: 'Grüße',
  text: 'Hello\n.\nbye',
  html: null,
  unsubscribeUrl: null,
};

const mimeOf = (change: Partial<OutboundMessage>): string =>
  buildMime({ ...MESSAGE, ...change }, 'hello@birch.example').toString('utf8');

describe('buildMime', () => {
  it('writes text alone as one part', () => {
    const [head = '', body] = mimeOf({}).split('\r\n\r\n');
    expect(body).toBe('Hello\r\n.\r\nbye\r\n');
    expect(head).toContain('Content-Transfer-Encoding: 7bit');
    expect(head).toContain('Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=');
  });

  it('writes text and HTML as alternatives between boundaries', () => {
    const mime = mimeOf({ html: '<p class="x">Grüße</p>' });
    const boundary = /boundary="([^"]+)"/.exec(mime)?.[1] ?? 'none';
    const [, text = '', html = '', end] = mime.split(`--${boundary}`);
    expect(text).toBe(
      '\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\nHello\r\n.\r\nbye\r\n',
    );
    expect(html).toBe(
      '\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p class=3D"x">Gr=C3=BC=C3=9Fe</p>\r\n',
    );
    expect(end).toBe('--\r\n');
  });

  it('writes HTML alone as one part', () => {
    const [head, body] = mimeOf({ text: '', html: '<p>Hello</p>' }).split('\r\n\r\n');
    expect(head).toContain('Content-Type: text/html; charset=utf-8');
    expect(body).toBe('<p>Hello</p>\r\n');
  });

  it('leaves no line break that is half of one, wherever it comes from', () => {
    const mime = mimeOf({ text: 'a\rb\nc\r\nd', html: '<p>ü\r.\n</p>', subject: 'one\rtwo\nthree' });
    expect(mime.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(mime).toContain('Subject: one two three\r\n');
  });
});
