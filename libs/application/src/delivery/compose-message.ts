import { Injectable } from '@nestjs/common';
import { addressOf, AfterglowError, type FactsSnapshot, factsView, PermanentError, toIso } from '#app/domain';
import { LinkFactory, type MessageLinks } from '../feedback/link-factory.js';
import { type LinkSettingsOfShop, trackLinks } from '../feedback/track-links.js';
import { storable } from '../intake/storable-text.js';
import type { StoredVersion } from '../journeys/journey-reader.port.js';
import type { SnippetBook } from '../snippets/snippet-book.js';
import type { MailSender } from './channel.js';
import { contentFor, NEEDED } from './content-for.js';
import { chooseLocale } from './choose-locale.js';
import type { DueMessage, LinkToken, MessageContent } from './delivery-store.port.js';
import type { RankedMessage } from './ranked-message.js';
import { MAX_ATTEMPTS } from './retry-delay.js';
import { type CompiledTemplate, type RenderedMessage, TemplateEngine } from './template-engine.port.js';

/** Claims without progress after which a message becomes a dead letter: composing it may be what ends its worker. */
const MAX_CLAIMS_LOST = 5;

export function isSpent({ claimsLost, attempts }: DueMessage): boolean {
  return claimsLost >= MAX_CLAIMS_LOST || attempts > MAX_ATTEMPTS;
}

export interface ComposedMessage extends RankedMessage {
  /** Where it would go by the facts it was composed from; the fence looks again. */
  readonly address: string | null;
  /** Name that the message comes from. */
  readonly fromName: string;
  /** Null for what isn't e-mail. */
  readonly sender: MailSender | null;
  /** Null when it wasn't composed: there was no use in it, or it could not be, and then `error` says why. */
  readonly content: MessageContent | null;
  readonly error: { readonly code: string; readonly text: string } | null;
  readonly links: MessageLinks;
}

/** A message that would be held back now, as it comes to the fence: without words. */
export function leftUncomposed(ranked: RankedMessage): ComposedMessage {
  const links = { variables: {}, tokens: [], unsubscribeUrl: null };
  return { ...ranked, address: null, fromName: '', sender: null, links, content: null, error: null };
}

/** What is the same for all messages of a shop. */
export interface Surroundings extends Pick<ComposedMessage, 'fromName' | 'sender'> {
  readonly tracking: LinkSettingsOfShop;
  readonly snippets: SnippetBook;
}

/** Turns a planned message into words: template in the person's language, facts, links. */
@Injectable()
export class ComposeMessage {
  constructor(
    private readonly templates: TemplateEngine,
    private readonly links: LinkFactory,
  ) {}

  /** Never throws: a message that can't be composed fails by itself. Undefined is what should be there and isn't. */
  run(
    ranked: RankedMessage,
    { fromName, sender, tracking, snippets }: Surroundings,
    version: StoredVersion | undefined,
    snapshot: FactsSnapshot | undefined,
  ): ComposedMessage {
    const { message } = ranked;
    const links = this.links.of({ ...message, shopId: snapshot?.shop.id });
    const address = snapshot ? addressOf(snapshot.customer, message.medium) : null;
    const composed = { ...ranked, address, fromName, sender, links };
    try {
      if (isSpent(message))
        throw new AfterglowError('internal', `Its hand-over was begun ${message.attempts} times and never ended.`);
      if (!version || !snapshot)
        throw new AfterglowError('internal', `Message ${message.id} has no journey version or no facts.`);
      const tokens = [...links.tokens];
      const rendered = this.render(message, version, snapshot, links, snippets);
      const content = this.track(message, version.key, rendered, tracking, tokens);
      return { ...composed, links: { ...links, tokens }, content, error: null };
    } catch (error) {
      const code = error instanceof AfterglowError ? error.code : 'template.render';
      const text = error instanceof Error ? error.message : String(error);
      return { ...composed, content: null, error: storable({ code, text }) };
    }
  }

  private track(
    message: DueMessage,
    journey: string,
    content: MessageContent,
    settings: LinkSettingsOfShop,
    tokens: LinkToken[],
  ): MessageContent {
    const made: LinkToken[] = [];
    const addressOf = this.links.trackedUrls(message, made);
    const campaign = { medium: message.medium, journey, template: message.template };
    const tracked = trackLinks(content, { settings, campaign, publicUrl: this.links.publicUrl, addressOf });
    if ((tracked.links ?? []).length > 0) tokens.push(...made);
    return tracked;
  }

  private render(
    message: DueMessage,
    version: StoredVersion,
    snapshot: FactsSnapshot,
    links: MessageLinks,
    snippets: SnippetBook,
  ): MessageContent {
    const { template, locale } = pickTemplate(message, version, snapshot);
    const variables = {
      ...snippets.fill(factsView(snapshot), locale),
      ...message.context,
      locale,
      now: toIso(message.now),
      links: links.variables,
    };
    // filters can cut a character in two or make a NUL, and neither can be stored
    return storable(contentOf(message, this.templates.render(template, variables)));
  }
}

function pickTemplate(
  { template: name }: DueMessage,
  version: StoredVersion,
  snapshot: FactsSnapshot,
): { template: CompiledTemplate; locale: string } {
  const byLocale = version.templates[name] ?? {};
  const locale = chooseLocale(Object.keys(byLocale), [snapshot.customer.locale, snapshot.shop.locale]);
  const template = locale === undefined ? undefined : byLocale[locale];
  if (locale === undefined || !template) {
    throw new PermanentError(
      'template.render',
      `Journey ${version.key}, version ${version.version}, has no template "${name}".`,
    );
  }
  return { template, locale };
}

/** @throws PermanentError `template.render` where the template has no words for the medium */
function contentOf({ medium, template }: DueMessage, rendered: RenderedMessage): MessageContent {
  const content = contentFor(medium, rendered);
  if (content) return content;
  throw new PermanentError(
    'template.render',
    `The template "${template}" has nothing to send by ${medium}: give it ${NEEDED[medium]}.`,
  );
}
