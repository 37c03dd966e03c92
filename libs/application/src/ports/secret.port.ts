/** Everything that needs the installation's SECRET_KEY, so that the key itself stays in one place. */
export abstract class SecretPort {
  /** Authenticated encryption for secrets at rest; `context` (e.g. `source|<id>`) is bound to the ciphertext. */
  abstract seal(plain: string, context: string): string;

  /** @throws PermanentError `internal` when the text was sealed with another key or context. */
  abstract open(sealed: string, context: string): string;

  /** Keyed hash of an address, for look-ups that must not hold the address itself. 32 bytes. */
  abstract fingerprint(text: string, purpose: string): Uint8Array;

  /** Link token for a purpose and subject: the same again for the same input, not to be guessed without the key. base64url. */
  abstract linkToken(purpose: string, subject: string): string;

  /** False for a token that this installation never made; saves the look-up. */
  abstract isOwnLinkToken(purpose: string, token: string): boolean;

  abstract sha256(data: string | Uint8Array): Uint8Array;
}
