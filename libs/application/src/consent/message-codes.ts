import { Injectable } from '@nestjs/common';
import { noSuchLink } from '../feedback/find-link.js';
import { SecretPort } from '../ports/secret.port.js';

type CodePurpose = 'preferences' | 'confirm';

/** A message, of any shop. */
export interface MessagePlace {
  readonly shopId: string;
  readonly messageId: string;
}

const ID_CHARS = 32;
const GROUPS = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/;
/** Two ids of 16 bytes in base64url. */
const PLACE_CHARS = 43;

/** Codes in links that name their message themselves, so that nothing is stored for them; only this installation can make them. */
@Injectable()
export class MessageCodes {
  constructor(private readonly secrets: SecretPort) {}

  codeOf(purpose: CodePurpose, { shopId, messageId }: MessagePlace): string {
    const place = Buffer.from((shopId + messageId).replaceAll('-', ''), 'hex').toString('base64url');
    return place + this.secrets.linkToken(purpose, `${shopId}|${messageId}`);
  }

  /** @throws PermanentError `not_found` for a code that was never made */
  placeOf(purpose: CodePurpose, code: string): MessagePlace {
    if (!this.secrets.isOwnLinkToken(purpose, code.slice(PLACE_CHARS))) throw noSuchLink();
    const ids = Buffer.from(code.slice(0, PLACE_CHARS), 'base64url').toString('hex');
    const place = { shopId: idOf(ids.slice(0, ID_CHARS)), messageId: idOf(ids.slice(ID_CHARS)) };
    if (this.codeOf(purpose, place) !== code) throw noSuchLink();
    return place;
  }
}

function idOf(digits: string): string {
  return digits.replace(GROUPS, '$1-$2-$3-$4-$5');
}
