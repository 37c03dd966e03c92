import { SecretKeyring } from './secret-keyring.js';

const ring = new SecretKeyring(['k7Qx0pZr2VtW9sLmB4nEyHc6JfUaDg1iOoXe']);
const other = new SecretKeyring(['another key of the same great length']);

describe('SecretKeyring', () => {
  it('opens what it sealed, and seals differently each time', () => {
    const [first, second] = [ring.seal('whsec_é', 'source|1'), ring.seal('whsec_é', 'source|1')];
    expect(first).not.toBe(second);
    expect(ring.open(first, 'source|1')).toBe('whsec_é');
    expect(ring.open(ring.seal('', 'source|1'), 'source|1')).toBe('');
  });

  it('refuses another context, another key, a changed or a foreign text', () => {
    const sealed = ring.seal('secret', 'source|1');
    const changed = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA');
    expect(() => ring.open(sealed, 'source|2')).toThrow(/another SECRET_KEY/);
    expect(() => other.open(sealed, 'source|1')).toThrow(/another SECRET_KEY/);
    for (const text of [changed, 'v2.abc', 'v1.', 'v1.abc', '', sealed.slice(0, 30)]) {
      expect(() => ring.open(text, 'source|1')).toThrow(/another SECRET_KEY/);
    }
  });

  it('makes the same link token for the same subject and no other', () => {
    const token = ring.linkToken('survey', 'shop|message');
    expect(token).toMatch(/^[\w-]{35}$/);
    expect(ring.linkToken('survey', 'shop|message')).toBe(token);
    expect(
      new Set([
        token,
        ring.linkToken('survey', 'shop|m'),
        ring.linkToken('unsubscribe', 'shop|message'),
        other.linkToken('survey', 'shop|message'),
      ]).size,
    ).toBe(4);
  });

  it('knows its own tokens by purpose, to the last character', () => {
    const token = ring.linkToken('survey', 'x');
    expect(ring.isOwnLinkToken('survey', token)).toBe(true);
    expect(ring.isOwnLinkToken('unsubscribe', token)).toBe(false);
    expect(other.isOwnLinkToken('survey', token)).toBe(false);
    for (const [index, character] of token.split('').entries()) {
      const changed = token.slice(0, index) + (character === 'A' ? 'B' : 'A') + token.slice(index + 1);
      expect(ring.isOwnLinkToken('survey', changed)).toBe(false);
    }
    for (const text of ['', 'x', `${token}A`, token.slice(1), 'é'.repeat(35)])
      expect(ring.isOwnLinkToken('survey', text)).toBe(false);
  });

  it('fingerprints an address by key and purpose, without holding it', () => {
    const print = ring.fingerprint('a@example.com', 'address');
    expect(print).toHaveLength(32);
    expect(Buffer.from(print).equals(ring.fingerprint('a@example.com', 'address'))).toBe(true);
    expect(Buffer.from(print).equals(ring.fingerprint('a@example.com', 'other'))).toBe(false);
    expect(Buffer.from(print).equals(other.fingerprint('a@example.com', 'address'))).toBe(false);
  });

  it('opens what an older key sealed, seals with the present one, and says which it was', () => {
    const [before, now] = ['the key of before, long enough for all', 'the key of now, just as long as that'];
    const old = new SecretKeyring([before]);
    const root = SecretKeyring.rootOf(before);
    const changed = new SecretKeyring([now, before], root);
    const sealed = old.seal('secret', 'source|1');
    expect(changed.openWithAny(sealed, 'source|1')).toEqual({ plain: 'secret', keyIndex: 1 });
    const again = changed.seal('secret', 'source|1');
    expect(changed.openWithAny(again, 'source|1').keyIndex).toBe(0);
    const alone = new SecretKeyring([now], root);
    expect(alone.open(again, 'source|1')).toBe('secret');
    expect(() => alone.open(sealed, 'source|1')).toThrow(/SECRET_KEY_FALLBACKS/);
  });

  it('makes the same links and fingerprints under another secret key of the same root', () => {
    const [before, now] = ['the key of before, long enough for all', 'the key of now, just as long as that'];
    const old = new SecretKeyring([before]);
    const changed = new SecretKeyring([now], SecretKeyring.rootOf(before));
    expect(changed.isOwnLinkToken('survey', old.linkToken('survey', 'x'))).toBe(true);
    expect(changed.linkToken('survey', 'x')).toBe(old.linkToken('survey', 'x'));
    expect(changed.fingerprint('a@example.com', 'address')).toEqual(old.fingerprint('a@example.com', 'address'));
    expect(new SecretKeyring([now]).isOwnLinkToken('survey', old.linkToken('survey', 'x'))).toBe(false);
  });

  it('makes of one key what earlier versions made of it', () => {
    expect(Buffer.from(ring.fingerprint('a@example.com', 'address')).toString('hex')).toBe(
      '35c1490a8f3e2197e04709946949bd5d84f21264179cd486bb1b91363d713921',
    );
  });

  it('hashes as SHA-256 says', () => {
    expect(Buffer.from(ring.sha256('abc')).toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});
