import type { MessageClass } from '#app/domain';
import type { Approval } from '../delivery/channel.js';

/** How approved words stand at their provider, and what is wrong with that for a journey. */
export interface JudgedApproval extends Approval {
  readonly warning: string | null;
}

/**
 * Words that were approved as something else than what they are for cost more and reach fewer: WhatsApp may file what asks for a review
 * or a favour as marketing, whatever it was handed in as.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-categorization
 */
export function judgeApproval(approval: Approval, messageClass: MessageClass): JudgedApproval {
  return { ...approval, warning: warningOf(approval, messageClass) };
}

function warningOf({ status, category }: Approval, messageClass: MessageClass): string | null {
  if (status !== 'approved')
    return `WhatsApp says "${status}" of these words: it carries them only to who wrote within the last 24 hours.`;
  if (category === 'MARKETING' && messageClass === 'service')
    return 'WhatsApp files these words as marketing: they cost more and do not reach everybody. State facts of the order alone, and have them approved as UTILITY.';
  if (category !== 'MARKETING' && messageClass === 'marketing')
    return `WhatsApp files these words as ${category ?? 'nothing yet'}, and the journey promotes: have them approved as MARKETING, or the sender loses its standing.`;
  return null;
}
