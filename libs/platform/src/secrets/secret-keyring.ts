import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { SecretPort } from '#app/application';
import { PermanentError } from '#app/domain';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** In front of every sealed text, so that a later key can live beside this one. */
const SEAL_VERSION = 'v1.';
const TOKEN_BODY_BYTES = 20;
const TOKEN_MARK_BYTES = 6;
const TOKEN_LENGTH = Math.ceil(((TOKEN_BODY_BYTES + TOKEN_MARK_BYTES) * 4) / 3);

/** One independent key per purpose, derived from SECRET_KEY (HKDF-SHA-256). */
export class SecretKeyring extends SecretPort {
  private readonly keys = new Map<string, Buffer>();

  constructor(private readonly secretKey: string) {
    super();
  }

  seal(plain: string, context: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.keyFor('seal'), nonce).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return SEAL_VERSION + sealed.toString('base64url');
  }

  open(sealed: string, context: string): string {
    const bytes = Buffer.from(sealed.slice(SEAL_VERSION.length), 'base64url');
    try {
      if (!sealed.startsWith(SEAL_VERSION)) throw new Error('unknown version of sealing');
      const decipher = createDecipheriv('aes-256-gcm', this.keyFor('seal'), bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString(
        'utf8',
      );
    } catch (cause) {
      throw new PermanentError(
        'internal',
        'A stored secret cannot be opened: it was sealed with another SECRET_KEY. Start with the key it was sealed with.',
        { cause },
      );
    }
  }

  fingerprint(text: string, purpose: string): Uint8Array {
    return this.mac(`fingerprint|${purpose}`, text);
  }

  linkToken(purpose: string, subject: string): string {
    const body = this.mac(`link|${purpose}`, subject).subarray(0, TOKEN_BODY_BYTES);
    return Buffer.concat([body, this.markOf(purpose, body)]).toString('base64url');
  }

  isOwnLinkToken(purpose: string, token: string): boolean {
    if (token.length !== TOKEN_LENGTH) return false;
    const bytes = Buffer.from(token, 'base64url');
    // two spellings of one token would be two rows elsewhere
    if (bytes.toString('base64url') !== token) return false;
    return timingSafeEqual(bytes.subarray(TOKEN_BODY_BYTES), this.markOf(purpose, bytes.subarray(0, TOKEN_BODY_BYTES)));
  }

  sha256(data: string | Uint8Array): Uint8Array {
    return createHash('sha256').update(data).digest();
  }

  private markOf(purpose: string, body: Uint8Array): Buffer {
    return this.mac(`link mark|${purpose}`, body).subarray(0, TOKEN_MARK_BYTES);
  }

  private mac(purpose: string, data: string | Uint8Array): Buffer {
    return createHmac('sha256', this.keyFor(purpose)).update(data).digest();
  }

  private keyFor(purpose: string): Buffer {
    const known = this.keys.get(purpose);
    if (known !== undefined) return known;
    const key = Buffer.from(hkdfSync('sha256', this.secretKey, '', `afterglow ${purpose}`, KEY_BYTES));
    this.keys.set(purpose, key);
    return key;
  }
}
