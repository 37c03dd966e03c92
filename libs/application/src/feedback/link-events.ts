import { Injectable } from '@nestjs/common';
import { type CustomerRef, type Instant, toIso } from '#app/domain';
import { InboxPort } from '../intake/inbox.port.js';
import { HintPort } from '../ports/hint.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import type { OpenLink } from './find-link.js';
import type { LinkedMessageFacts } from './link-store.port.js';
import { refOf } from './person-ref.js';

interface LinkEventParts {
  readonly type: 'survey.answered' | 'consent.changed' | 'message.clicked' | 'message.bounced';
  /** What makes this use of the link one of its own. */
  readonly use: string;
  readonly at: Instant;
  readonly data: object;
  readonly withOrder: boolean;
}

/** What people say through a link. */
interface SaidByLink extends Pick<LinkEventParts, 'type' | 'at' | 'data'> {
  readonly customer?: CustomerRef;
  readonly order?: { readonly externalId: string };
}

/** Puts what people say through links into the inbox, as events like any other. */
@Injectable()
export class LinkEvents {
  constructor(
    private readonly inbox: InboxPort,
    private readonly hints: HintPort,
  ) {}

  /** Returns the id of the event; of the first one when the same use was stored before: then the first one stands. */
  async store(
    tx: Transaction,
    link: Pick<OpenLink, 'shopId' | 'hash'>,
    message: LinkedMessageFacts,
    { type, use, at, data, withOrder }: LinkEventParts,
  ): Promise<string> {
    const { orderExternalId, customer } = message;
    const order = withOrder && orderExternalId !== null ? { order: { externalId: orderExternalId } } : {};
    const event = { type, at, data, customer: refOf(customer), ...order };
    return this.put(tx, link.shopId, `link:${link.hash}:${use}`, event);
  }

  /** The same for what names nobody. */
  async put(tx: Transaction, shopId: string, dedupeKey: string, { at, ...said }: SaidByLink): Promise<string> {
    const body = JSON.stringify({ id: dedupeKey, occurredAt: toIso(at), ...said });
    const [stored] = await this.inbox.store(
      [{ shopId, sourceId: shopId, kind: 'link', dedupeKey, headers: {}, body }],
      tx,
    );
    return stored?.eventId ?? '';
  }

  /** After the commit. */
  hint(): void {
    this.hints.hint('intake');
  }
}
