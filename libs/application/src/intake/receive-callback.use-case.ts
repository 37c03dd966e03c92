import { Injectable } from '@nestjs/common';
import { AccountSecrets } from '../accounts/account-secrets.js';
import { LinkSettings } from '../feedback/link-factory.js';
import { RateLimits } from '../ports/rate-limits.port.js';
import { AcceptEvents } from './accept-event.use-case.js';
import { CallbackDirectory } from './callback-directory.port.js';
import { keptHeaders, notGenuine, refuseMediaType, refuseUnreadable } from './readable-request.js';
import { type Addressee, type IncomingRequest, OVERHEARD, type SourceKind, SourceKinds } from './source-kind.js';

const MAX_KEY_LENGTH = 255;
/** Shops that have written to one number; whose account a forged call might have been signed by costs no more than these. */
const MAX_CANDIDATES = 20;

export interface CallbackReceipt {
  readonly answer: SourceKind['answer'];
  readonly kind: string;
  /** In how many inboxes it stands now; 0 when no shop has anything to do with it. */
  readonly shops: number;
}

/**
 * Takes what a provider says at `/hooks/<kind>`: nobody sets up a source for it, since the credentials that we send by are those that
 * it signs with. The shop is found by the message that the call names, or by who has written to the number; what a shop's own account
 * signs is for that shop alone.
 */
@Injectable()
export class ReceiveCallback {
  constructor(
    private readonly kinds: SourceKinds,
    private readonly directory: CallbackDirectory,
    private readonly events: AcceptEvents,
    private readonly rates: RateLimits,
    private readonly settings: LinkSettings,
    private readonly accounts: AccountSecrets,
  ) {}

  takes(code: string): boolean {
    return this.kinds.find(code)?.addressee !== undefined;
  }

  /**
   * @throws PermanentError `unsupported_media_type`, `signature.invalid`, `malformed`
   * @throws TransientError `rate_limited`, and `unavailable` when it can't be stored
   */
  async receive(code: string, request: IncomingRequest): Promise<CallbackReceipt> {
    refuseMediaType(request);
    const kind = this.kinds.find(code);
    if (!kind?.addressee) throw notGenuine();
    const addressee = kind.addressee(request);
    const isOurs = this.isSigned(kind, request, this.directory.secretsOf(code));
    const shops = isOurs ? await this.candidates(addressee, false) : await this.signers(kind, request, addressee);
    const hearers = await this.hearers(shops, addressee);
    this.rates.take('source', code);
    refuseUnreadable(kind, request);
    const dedupeKey = `${code}|${kind.dedupeKey(request)}`.slice(0, MAX_KEY_LENGTH);
    const [headers, body] = [keptHeaders(kind, request), request.rawBody.toString('utf8')];
    const bodies = hearers.map(({ shopId, overhears }) => {
      const marked = overhears ? { ...headers, [OVERHEARD]: 'yes' } : headers;
      return { shopId, sourceId: shopId, kind: code, dedupeKey, headers: marked, body };
    });
    if (bodies.length > 0) await this.events.acceptAll(bodies);
    return { answer: kind.answer, kind: code, shops: hearers.length };
  }

  private isSigned(kind: SourceKind, request: IncomingRequest, secrets: readonly string[]): boolean {
    return secrets.length > 0 && kind.verify(request, secrets, 0, this.settings.publicUrl).genuine;
  }

  private async hearers(
    shops: readonly string[],
    { line, heardBy }: Addressee = {},
  ): Promise<{ readonly shopId: string; readonly overhears: boolean }[]> {
    const isShared = shops.length > 1 && line !== undefined;
    const asker = isShared && heardBy === 'asker' ? await this.directory.shopAsking(line, shops) : null;
    if (asker !== null) return [{ shopId: asker, overhears: false }];
    const heard = heardBy === undefined ? shops.slice(0, 1) : shops;
    return heard.map((shopId, index) => ({ shopId, overhears: heardBy !== 'all' && index > 0 }));
  }

  /** Those by whose own account the call is signed. */
  private async signers(
    kind: SourceKind,
    request: IncomingRequest,
    addressee: Addressee | undefined,
  ): Promise<readonly string[]> {
    const signed: string[] = [];
    for (const shopId of (await this.candidates(addressee, true)).slice(0, MAX_CANDIDATES))
      if (this.isSigned(kind, request, await this.accounts.of(shopId, kind.code))) signed.push(shopId);
    if (signed.length === 0) throw notGenuine();
    return signed;
  }

  private async candidates(addressee: Addressee | undefined, byOwnAccount: boolean): Promise<readonly string[]> {
    if (addressee?.shopId !== undefined) return [addressee.shopId];
    return addressee?.line === undefined ? [] : this.directory.shopsOfNumber(addressee.line, byOwnAccount);
  }
}
