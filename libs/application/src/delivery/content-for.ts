import type { Medium } from '#app/domain';
import type { MessageContent } from './delivery-store.port.js';
import type { RenderedMessage } from './template-engine.port.js';

/** Fields of a template that a medium needs. */
export const NEEDED: Readonly<Record<Medium, string>> = {
  email: 'subject and mjml',
  sms: 'sms',
  whatsapp: 'whatsapp',
};

/** What of a rendered template goes out by a medium; undefined where it has no words for it. */
export function contentFor(
  medium: Medium,
  { subject, text, html, sms, whatsapp, approved }: RenderedMessage,
): MessageContent | undefined {
  switch (medium) {
    case 'email':
      return subject && (text ?? html) ? { subject, text: text ?? '', html } : undefined;
    case 'sms':
      return sms ? { subject: null, text: sms, html: null } : undefined;
    case 'whatsapp':
      return whatsapp ? { subject: null, text: whatsapp, html: null, ...(approved && { approved }) } : undefined;
  }
}
