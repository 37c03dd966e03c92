import { Injectable } from '@nestjs/common';
import type { Instant, Json, Medium, MessageClass, SurveyDefinition } from '#app/domain';
import type { LinkToken } from '../delivery/delivery-store.port.js';
import { SecretPort } from '../ports/secret.port.js';
import { MessageCodes } from '../consent/message-codes.js';
import { askedConsent } from '../consent/asked-consent.js';

const DAY_MS = 86_400_000;
/** Of the number of a link behind its token. */
export const POSITION_RADIX = 36;
const SURVEY_DAYS = 90;
const CLICK_DAYS = 730;
/** A person must be able to unsubscribe by any mail they still have. */
const UNSUBSCRIBE_DAYS = 730;

/** Where the public pages are reached from outside. */
export abstract class LinkSettings {
  /** PUBLIC_URL, without a slash at its end. */
  abstract readonly publicUrl: string;
}

export interface MessageLinks {
  /** The template variable `links`. */
  readonly variables: { readonly [name: string]: Json };
  readonly tokens: readonly LinkToken[];
  readonly unsubscribeUrl: string | null;
}

interface LinkedMessage {
  readonly id: string;
  /** Left out: only the links that need no shop. */
  readonly shopId?: string | undefined;
  readonly context?: { readonly [name: string]: Json };
  readonly medium?: Medium;
  readonly class: MessageClass;
  readonly survey: SurveyDefinition | null;
  readonly now: Instant;
}

/** Makes the links of a message; the same message always gets the same ones. */
@Injectable()
export class LinkFactory {
  private readonly codes: MessageCodes;

  constructor(
    private readonly secrets: SecretPort,
    private readonly settings: LinkSettings,
  ) {
    this.codes = new MessageCodes(secrets);
  }

  of(message: LinkedMessage): MessageLinks {
    const tokens: LinkToken[] = [];
    const variables: Record<string, Json> = {};
    let unsubscribeUrl: string | null = null;
    if (message.survey) {
      const url = this.url('s', this.token(message, 'survey', SURVEY_DAYS, tokens));
      variables['survey'] = url;
      variables['scores'] = scoresOf(message.survey).map((score) => ({ score, url: `${url}?score=${score}` }));
    }
    if (message.class !== 'service') {
      unsubscribeUrl = this.url('u', this.token(message, 'unsubscribe', UNSUBSCRIBE_DAYS, tokens));
      variables['unsubscribe'] = unsubscribeUrl;
    }
    Object.assign(variables, this.choices(message));
    return { variables, tokens, unsubscribeUrl };
  }

  /** The way over our own address to the destinations of a message; `tokens` gets what finds the message again. */
  trackedUrls(message: LinkedMessage, tokens: LinkToken[]): (position: number) => string {
    const token = this.token(message, 'click', CLICK_DAYS, tokens);
    const url = this.url('l', token);
    // the first one is the shortest
    return (position) => (position === 0 ? url : `${url}${position.toString(POSITION_RADIX)}`);
  }

  /**
   * Pages of consent. They name their message themselves, so that nothing is stored for them. A medium is confirmed by a message of
   * that medium, because no other shows whose the address is.
   */
  private choices({ id, shopId, medium, class: messageClass, context }: LinkedMessage): Record<string, string> {
    if (shopId === undefined) return {};
    const place = { shopId, messageId: id };
    if (messageClass !== 'service') return { preferences: this.url('p', this.codes.codeOf('preferences', place)) };
    const asked = context && askedConsent(context);
    return asked && asked.medium === medium ? { confirm: this.url('c', this.codes.codeOf('confirm', place)) } : {};
  }

  get publicUrl(): string {
    return this.settings.publicUrl.replace(/\/+$/, '');
  }

  private token({ id, now }: LinkedMessage, purpose: LinkToken['purpose'], days: number, tokens: LinkToken[]): string {
    const token = this.secrets.linkToken(purpose, id);
    tokens.push({
      hash: Buffer.from(this.secrets.sha256(token)).toString('hex'),
      purpose,
      expiresAt: now + days * DAY_MS,
    });
    return token;
  }

  private url(page: string, token: string): string {
    return `${this.publicUrl}/${page}/${token}`;
  }
}

function scoresOf({ scale: { min, max } }: SurveyDefinition): number[] {
  return Array.from({ length: max - min + 1 }, (_, index) => min + index);
}
