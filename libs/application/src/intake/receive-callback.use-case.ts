import { Injectable } from '@nestjs/common';
import { LinkSettings } from '../feedback/link-factory.js';
import { RateLimits } from '../ports/rate-limits.port.js';
import { AcceptEvents } from './accept-event.use-case.js';
import { CallbackDirectory } from './callback-directory.port.js';
import { keptHeaders, notGenuine, refuseMediaType, refuseUnreadable } from './readable-request.js';
import { type Addressee, type IncomingRequest, type SourceKind, SourceKinds } from './source-kind.js';

const MAX_KEY_LENGTH = 255;

export interface CallbackReceipt {
  readonly answer: SourceKind['answer'];
  readonly kind: string;
  /** In how many inboxes it stands now; 0 when no shop has anything to do with it. */
  readonly shops: number;
}

/**
 * Takes what a provider of the installation says at `/hooks/<kind>`: nobody sets up a source for it, since the credentials that we send
 * by are those that it signs with. The shop is found by the message that the call names, or by who has written to the number.
 */
@Injectable()
export class ReceiveCallback {
  constructor(
    private readonly kinds: SourceKinds,
    private readonly directory: CallbackDirectory,
    private readonly events: AcceptEvents,
    private readonly rates: RateLimits,
    private readonly settings: LinkSettings,
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
    const secrets = this.directory.secretsOf(code);
    if (!kind?.addressee || !kind.verify(request, secrets, 0, this.settings.publicUrl).genuine) throw notGenuine();
    this.rates.take('source', code);
    refuseUnreadable(kind, request);
    const shops = await this.shopsOf(kind.addressee(request));
    const dedupeKey = `${code}|${kind.dedupeKey(request)}`.slice(0, MAX_KEY_LENGTH);
    const [headers, body] = [keptHeaders(kind, request), request.rawBody.toString('utf8')];
    const bodies = shops.map((shopId) => ({ shopId, sourceId: shopId, kind: code, dedupeKey, headers, body }));
    if (bodies.length > 0) await this.events.acceptAll(bodies);
    return { answer: kind.answer, kind: code, shops: shops.length };
  }

  private async shopsOf(addressee: Addressee | undefined): Promise<readonly string[]> {
    if (addressee?.shopId !== undefined) return [addressee.shopId];
    if (addressee?.number === undefined) return [];
    const shops = await this.directory.shopsOfNumber(addressee.number);
    return addressee.isForAll ? shops : shops.slice(0, 1);
  }
}
