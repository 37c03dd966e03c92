import { Injectable } from '@nestjs/common';
import { LinkSettings } from '../feedback/link-factory.js';
import { RateLimits } from '../ports/rate-limits.port.js';
import { AcceptEvents } from './accept-event.use-case.js';
import type { StoredBody } from './inbox.port.js';
import { keptHeaders, notGenuine, refuseMediaType, refuseUnreadable } from './readable-request.js';
import { SourceDirectory } from './source-directory.port.js';
import { type IncomingRequest, type SourceKind, SourceKinds } from './source-kind.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** A secret of nobody, so that a request to no source costs what one to a source costs. */
const DECOY = ['whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'];
const MAX_KEY_LENGTH = 255;

/** `ping`: a set-up call, nothing was stored. `source` is what a log line may name. */
export type WebhookReceipt =
  | { readonly outcome: 'ping' }
  | (StoredBody & {
      readonly source: { readonly shopId: string; readonly id: string; readonly kind: string };
      readonly answer: SourceKind['answer'];
    });

/**
 * Takes a webhook: size and type, the source, its signature over the raw bytes, then the form of the body, then one commit.
 * A request to an unknown source and one with a wrong signature get the same answer.
 */
@Injectable()
export class ReceiveWebhook {
  constructor(
    private readonly directory: SourceDirectory,
    private readonly kinds: SourceKinds,
    private readonly events: AcceptEvents,
    private readonly rates: RateLimits,
    private readonly settings: LinkSettings,
  ) {}

  /**
   * @throws PermanentError `unsupported_media_type`, `signature.invalid`, `malformed`
   * @throws TransientError `rate_limited`, and `unavailable` when it can't be stored; then the sender is to try again
   */
  async receive(sourceId: string, request: IncomingRequest): Promise<WebhookReceipt> {
    refuseMediaType(request);
    const source = UUID.test(sourceId) ? await this.directory.find(sourceId) : null;
    const kind = source ? this.kinds.find(source.kind) : undefined;
    if (!source || !kind) {
      this.kinds.list()[0]?.verify(request, DECOY, 0);
      throw notGenuine();
    }
    if (kind.isPing?.(request)) return { outcome: 'ping' };
    const { publicUrl } = this.settings;
    if (!kind.verify(request, source.secrets, this.directory.wallMs(), publicUrl).genuine) throw notGenuine();
    // after the signature: who doesn't hold the secret can't use up what the source may send
    this.rates.take('source', source.id);
    refuseUnreadable(kind, request);
    const { shopId, id } = source;
    const stored = await this.events.accept({
      shopId,
      sourceId: id,
      kind: kind.code,
      dedupeKey: kind.dedupeKey(request).slice(0, MAX_KEY_LENGTH),
      headers: keptHeaders(kind, request),
      body: request.rawBody.toString('utf8'),
    });
    return { ...stored, source, answer: kind.answer };
  }
}
