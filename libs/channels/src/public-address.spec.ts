import { isCallable, refusalOf } from './public-address.js';

const strict = { allowLoopback: false };
const local = { allowLoopback: true };

describe('a public address', () => {
  it.each(['93.184.216.34', '8.8.8.8', '2606:4700:4700::1111'])('%s may be called', (address) => {
    expect(isCallable(address, strict)).toBe(true);
  });

  it.each([
    ['127.0.0.1', 'this machine'],
    ['127.255.255.254', 'this machine'],
    ['::1', 'this machine'],
    ['0.0.0.0', 'any'],
    ['::', 'any'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['169.254.169.254', 'metadata'],
    ['100.64.0.1', 'carrier'],
    ['100.100.100.200', 'metadata'],
    ['192.0.0.192', 'metadata'],
    ['198.18.0.1', 'benchmark'],
    ['203.0.113.7', 'documentation'],
    ['224.0.0.1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['240.0.0.1', 'reserved'],
    ['fc00::1', 'private'],
    ['fd00:ec2::254', 'metadata'],
    ['fe80::1', 'link-local'],
    ['ff02::1', 'multicast'],
    ['::ffff:127.0.0.1', 'mapped'],
    ['::ffff:10.0.0.1', 'mapped'],
    ['::7f00:1', 'in an old dress'],
    ['4000::1', 'not given out'],
    ['64:ff9b::7f00:1', 'translated'],
    ['2002:7f00:1::', 'translated'],
    ['2001:db8::1', 'documentation'],
    ['not an address', 'none'],
  ])('%s (%s) may not', (address) => {
    expect(isCallable(address, strict)).toBe(false);
  });

  it('is this machine where the installation allows it, and nothing else that is private', () => {
    expect(['127.0.0.1', '::1', '10.0.0.1', '169.254.169.254'].map((address) => isCallable(address, local))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('the text of an address', () => {
  it.each(['https://example.com/hook', 'https://example.com:8443/', 'https://93.184.216.34/'])('%s is fine', (url) => {
    expect(refusalOf(url, strict)).toBeUndefined();
  });

  it.each([
    'http://example.com/',
    'ftp://example.com/',
    'https://user:secret@example.com/',
    'https://user@example.com/',
    'https://example.com:22/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://①②⑦.⓪.⓪.①/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://10.0.0.1./',
    'no url',
  ])('%s is refused', (url) => {
    expect(refusalOf(url, strict)).toEqual(expect.any(String));
  });

  it('may be plain http for this machine where the installation allows it', () => {
    expect(refusalOf('http://127.0.0.1:4000/', local)).toBeUndefined();
    expect(refusalOf('http://localhost:4000/', local)).toBeUndefined();
    expect(refusalOf('http://example.com/', local)).toEqual(expect.any(String));
    expect(refusalOf('http://10.0.0.1:4000/', local)).toEqual(expect.any(String));
  });
});
