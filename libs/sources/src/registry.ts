import { Injectable } from '@nestjs/common';
import { type SourceKind, SourceKinds } from '#app/application';
import { apiSource } from './api/api.source.js';
import { linkSource } from './link/link.source.js';
import { mailSource } from './mail/mail.source.js';
import { shopifySource } from './shopify/shopify.source.js';
import { standardWebhooksSource } from './standard-webhooks/standard-webhooks.source.js';
import { twilioSource } from './twilio/twilio.source.js';
import { wooCommerceSource } from './woocommerce/woocommerce.source.js';

/** Kinds that a shop can add as a source. */
const WEBHOOKS: readonly SourceKind[] = [shopifySource, wooCommerceSource, twilioSource, standardWebhooksSource];
/** Kinds that only ever stand in the inbox. */
const INTERNAL: readonly SourceKind[] = [apiSource, linkSource, mailSource];

@Injectable()
export class SourceRegistry extends SourceKinds {
  private readonly byCode = new Map([...WEBHOOKS, ...INTERNAL].map((kind) => [kind.code, kind]));

  /** Also finds the internal kinds `api`, `link` and `mail`, whose bodies wait in the inbox like all others. */
  find(code: string): SourceKind | undefined {
    return this.byCode.get(code);
  }

  list(): readonly SourceKind[] {
    return WEBHOOKS;
  }
}
