import { bareAddress, isMailAddress } from './mail-address.js';

describe('isMailAddress', () => {
  it.each([
    'ada@mail.example',
    'a.b+tag@sub.mail.example',
    "o'hara@mail.example",
    'jörg@müller.example',
    'root@localhost',
  ])('takes %s', (text) => {
    expect(isMailAddress(text)).toBe(true);
  });

  it.each([
    'b@y.test\r\nRCPT TO:<evil@z.test>',
    'a@x.test, b@y.test',
    'g: x@y.test;',
    '<a@x.test>',
    'Ada <a@x.test>',
    '"a b"@x.test',
    'a@b@c.test',
    'a@x.test>',
    'a\u0000@x.test',
    'a\u2028b@x.test',
    'a..b@x.test',
    '.a@x.test',
    'a@-x.test',
    'a@x..test',
    'a@[127.0.0.1]',
    '@x.test',
    'a@',
    'plain',
    '',
    `${'a'.repeat(65)}@x.test`,
    `a@${'x.'.repeat(130)}test`,
  ])('refuses %j', (text) => {
    expect(isMailAddress(text)).toBe(false);
  });
});

describe('bareAddress', () => {
  it('reads the address of MAIL_FROM with or without a name', () => {
    expect(bareAddress('Birch & Bowl <hello@birch.example>')).toBe('hello@birch.example');
    expect(bareAddress(' hello@birch.example ')).toBe('hello@birch.example');
    expect(bareAddress('hello')).toBeNull();
  });
});
