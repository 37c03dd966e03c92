import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import type { LinkToken } from '../delivery/delivery-store.port.js';
import { SecretPort } from '../ports/secret.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { type FoundLink, LinkStore } from './link-store.port.js';

export interface OpenLink extends FoundLink {
  /** 64 hexadecimal digits: what is kept of the token. */
  readonly hash: string;
}

/** From a token in a URL to its shop and message. */
@Injectable()
export class FindLink {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly links: LinkStore,
    private readonly secrets: SecretPort,
  ) {}

  /** @throws PermanentError `not_found` for a token that was never made, `gone` for one that has expired */
  async run(token: string, purpose: LinkToken['purpose']): Promise<OpenLink> {
    if (!this.secrets.isOwnLinkToken(purpose, token)) throw noSuchLink();
    const hash = Buffer.from(this.secrets.sha256(token)).toString('hex');
    const link = await this.uow.acrossShops((tx) => this.links.find(tx, hash));
    if (!link || link.purpose !== purpose) throw noSuchLink();
    if (link.isExpired) throw new PermanentError('gone', 'This link is too old to be used.');
    return { ...link, hash };
  }
}

export function noSuchLink(): PermanentError {
  return new PermanentError('not_found', 'There is no such link. Open it from the message again.');
}
