import type { MessageContent } from '../delivery/delivery-store.port.js';
import type { ApprovedContent } from '../delivery/template-engine.port.js';

/** How links of a shop's messages are treated. */
export interface LinkSettingsOfShop {
  /** They lead over our own address, so that a click is known. */
  readonly track: boolean;
  /** Hosts of the shop's own whose links tell the shop's web analytics where a visitor came from; their subdomains too. */
  readonly utmHosts: readonly string[];
}

export const DEFAULT_LINKS: LinkSettingsOfShop = { track: true, utmHosts: [] };

/** What a visit is told to come from (`utm_…`). */
export interface Campaign {
  readonly medium: string;
  readonly journey: string;
  readonly template: string;
}

interface Tracking {
  readonly settings: LinkSettingsOfShop;
  readonly campaign: Campaign;
  /** Links that begin with this are ours already. */
  readonly publicUrl: string;
  /** The address that leads on to the destination of this number. */
  readonly addressOf: (position: number) => string;
}

/** More would be no message. */
const MAX_LINKS = 200;
const HREF = /(<(?:a|area)\b[^<>]*?\shref=")(https?:\/\/[^"]*)(")/gi;
const IN_TEXT = /https?:\/\/[^\s<>"']+/gi;
/** Ends a sentence rather than an address. */
const TRAILING = /[).,;:!?\]]+$/;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', quot: '"', '#34': '"', '#39': "'", lt: '<', gt: '>' };

/**
 * Lets the links of a rendered message lead over addresses of ours. The destinations are kept with the message, in the order of their
 * numbers: nothing else is ever led to.
 */
export function trackLinks(
  content: MessageContent,
  { settings, campaign, publicUrl, addressOf }: Tracking,
): MessageContent {
  const urls: string[] = [];
  const tracked = (url: string): string => {
    if (!URL.canParse(url) || url.startsWith(`${publicUrl}/`)) return url;
    const destination = withUtm(url, settings.utmHosts, campaign);
    if (!settings.track) return destination;
    const known = urls.indexOf(destination);
    if (known < 0 && urls.length >= MAX_LINKS) return destination;
    return addressOf(known < 0 ? urls.push(destination) - 1 : known);
  };
  const html =
    content.html?.replace(HREF, (_, before: string, href: string, after: string) => {
      return before + escaped(tracked(unescaped(href))) + after;
    }) ?? null;
  const inText = (words: string): string => trackText(words, tracked);
  if (!content.approved) return { ...content, html, text: inText(content.text), links: urls };
  // what is fixed leads where it was approved to lead
  const approved = { ...content.approved, values: content.approved.values.map(inText) };
  return { ...content, html, text: wordsOf(approved), approved, links: urls };
}

/** A message of approved words as its reader sees it. */
function wordsOf({ fixed, values }: ApprovedContent): string {
  return fixed.map((piece, index) => piece + (values[index] ?? '')).join('');
}

function trackText(words: string, tracked: (url: string) => string): string {
  return words.replace(IN_TEXT, (found) => {
    const tail = TRAILING.exec(found)?.[0] ?? '';
    // a bracket that was opened within the address belongs to it
    const isOpened = tail.startsWith(')') && found.includes('(');
    const end = isOpened ? '' : tail;
    return tracked(found.slice(0, found.length - end.length)) + end;
  });
}

/** What an author has set himself stays. */
function withUtm(text: string, hosts: readonly string[], { medium, journey, template }: Campaign): string {
  const url = new URL(text);
  const isOwn = hosts.some((host) => url.hostname === host || url.hostname.endsWith(`.${host}`));
  if (!isOwn || [...url.searchParams.keys()].some((name) => name.startsWith('utm_'))) return text;
  url.searchParams.set('utm_source', 'afterglow');
  url.searchParams.set('utm_medium', medium);
  url.searchParams.set('utm_campaign', journey);
  url.searchParams.set('utm_content', template);
  return url.href;
}

function unescaped(text: string): string {
  return text.replace(/&(amp|quot|#34|#39|lt|gt);/g, (_, name: string) => ENTITIES[name] ?? '');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
