import { Injectable } from '@nestjs/common';
import { SecretPort } from '../ports/secret.port.js';
import { noSuchLink } from './find-link.js';
import { LinkSettings } from './link-factory.js';

const PURPOSE = 'unboxing';
const SHOP = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** What a slip in a parcel leads to: the page of a shop, or of one of its products. */
export interface UnboxingPlace {
  readonly shopId: string;
  readonly product: string | null;
}

/** Links that are printed: they name their shop themselves, are the same for ever, and only this installation can make them. */
@Injectable()
export class UnboxingLinks {
  constructor(
    private readonly secrets: SecretPort,
    private readonly settings: LinkSettings,
  ) {}

  urlOf(place: UnboxingPlace): string {
    return `${this.settings.publicUrl.replace(/\/+$/, '')}/q/${this.codeOf(place)}`;
  }

  /** @throws PermanentError `not_found` for a code that was never made */
  placeOf(code: string): UnboxingPlace {
    const [subject = '', token = ''] = code.split('.');
    const [shopId = '', ...rest] = Buffer.from(subject, 'base64url').toString().split('|');
    const place = { shopId, product: rest.join('|') || null };
    const isOwn = this.secrets.isOwnLinkToken(PURPOSE, token) && SHOP.test(shopId);
    if (!isOwn || this.codeOf(place) !== code) throw noSuchLink();
    return place;
  }

  private codeOf({ shopId, product }: UnboxingPlace): string {
    const subject = `${shopId}|${product ?? ''}`;
    return `${Buffer.from(subject).toString('base64url')}.${this.secrets.linkToken(PURPOSE, subject)}`;
  }
}
