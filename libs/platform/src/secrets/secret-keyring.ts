import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { SecretPort } from '#app/application';
import { PermanentError } from '#app/domain';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** In front of every sealed text, so that a later key can live beside this one. */
const SEAL_VERSION = 'v1.';
const TOKEN_BODY_BYTES = 20;
const TOKEN_MARK_BYTES = 6;
/** Of links that lead on, which stand in text messages too and let nobody do anything. */
const SHORT_BODY_BYTES = 10;
const SHORT_MARK_BYTES = 2;

/** What was sealed, and by which of the keys: 0 is the present one. */
export interface Opened {
  readonly plain: string;
  readonly keyIndex: number;
}

/**
 * Seals with the first of the installation's secret keys and opens with any. Links and hashes are made with the root, which stays the
 * same when secret keys change. Each purpose has an independent key (HKDF-SHA-256).
 */
export class SecretKeyring extends SecretPort {
  private readonly keys = new Map<string, Buffer>();
  private readonly sealing: readonly Buffer[];

  /**
   * @param secretKeys the present SECRET_KEY and those that are still accepted
   * @param root left out: what installations older than stored roots use, made from SECRET_KEY
   */
  constructor(
    secretKeys: readonly string[],
    private readonly root: Uint8Array = SecretKeyring.rootOf(secretKeys[0] ?? ''),
  ) {
    super();
    this.sealing = secretKeys.map((key) => expand(SecretKeyring.rootOf(key), 'seal'));
  }

  /** HKDF's first half: what every derived key needs of a secret key. */
  static rootOf(secretKey: string): Buffer {
    return createHmac('sha256', Buffer.alloc(KEY_BYTES)).update(secretKey).digest();
  }

  seal(plain: string, context: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.sealingKey(0), nonce).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return SEAL_VERSION + sealed.toString('base64url');
  }

  open(sealed: string, context: string): string {
    return this.openWithAny(sealed, context).plain;
  }

  /** @throws PermanentError `internal` when no key opens it */
  openWithAny(sealed: string, context: string): Opened {
    const bytes = Buffer.from(sealed.slice(SEAL_VERSION.length), 'base64url');
    let cause: unknown = new Error('unknown version of sealing');
    for (let keyIndex = 0; sealed.startsWith(SEAL_VERSION) && keyIndex < this.sealing.length; keyIndex += 1) {
      try {
        return { plain: this.openWith(keyIndex, bytes, context), keyIndex };
      } catch (error) {
        cause = error;
      }
    }
    throw new PermanentError(
      'internal',
      'A stored secret cannot be opened: it was sealed with another SECRET_KEY. Start with the key it was sealed with, or name that one in SECRET_KEY_FALLBACKS.',
      { cause },
    );
  }

  fingerprint(text: string, purpose: string): Uint8Array {
    return this.mac(`fingerprint|${purpose}`, text);
  }

  linkToken(purpose: string, subject: string): string {
    const { bodyBytes, markBytes } = sizeOf(purpose);
    const body = this.mac(`link|${purpose}`, subject).subarray(0, bodyBytes);
    return Buffer.concat([body, this.markOf(purpose, body).subarray(0, markBytes)]).toString('base64url');
  }

  isOwnLinkToken(purpose: string, token: string): boolean {
    const { bodyBytes, markBytes } = sizeOf(purpose);
    if (token.length !== Math.ceil(((bodyBytes + markBytes) * 4) / 3)) return false;
    const bytes = Buffer.from(token, 'base64url');
    // two spellings of one token would be two rows elsewhere
    if (bytes.toString('base64url') !== token) return false;
    const mark = this.markOf(purpose, bytes.subarray(0, bodyBytes)).subarray(0, markBytes);
    return timingSafeEqual(bytes.subarray(bodyBytes), mark);
  }

  sha256(data: string | Uint8Array): Uint8Array {
    return createHash('sha256').update(data).digest();
  }

  private markOf(purpose: string, body: Uint8Array): Buffer {
    return this.mac(`link mark|${purpose}`, body);
  }

  private openWith(keyIndex: number, bytes: Buffer, context: string): string {
    const decipher = createDecipheriv('aes-256-gcm', this.sealingKey(keyIndex), bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(Buffer.from(context))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
  }

  private sealingKey(index: number): Buffer {
    const key = this.sealing[index];
    if (key === undefined) throw new PermanentError('configuration', 'There is no SECRET_KEY.');
    return key;
  }

  private mac(purpose: string, data: string | Uint8Array): Buffer {
    return createHmac('sha256', this.keyFor(purpose)).update(data).digest();
  }

  private keyFor(purpose: string): Buffer {
    const known = this.keys.get(purpose);
    if (known !== undefined) return known;
    const key = expand(this.root, purpose);
    this.keys.set(purpose, key);
    return key;
  }
}

/** HKDF's second half, for keys as long as one hash. */
function expand(root: Uint8Array, purpose: string): Buffer {
  return createHmac('sha256', root).update(`afterglow ${purpose}`).update(Uint8Array.of(1)).digest();
}

function sizeOf(purpose: string): { bodyBytes: number; markBytes: number } {
  if (purpose === 'click') return { bodyBytes: SHORT_BODY_BYTES, markBytes: SHORT_MARK_BYTES };
  return { bodyBytes: TOKEN_BODY_BYTES, markBytes: TOKEN_MARK_BYTES };
}
