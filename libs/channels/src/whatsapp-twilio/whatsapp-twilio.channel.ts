import type { Approval, ApprovedContent, Channel, HandOverResult, OutboundMessage } from '#app/application';
import { z } from 'zod';
import { defineChannelKind } from '../channel-kind.js';
import {
  TWILIO_REQUESTS,
  TWILIO_TIMEOUT_MS,
  twilioAccount,
  TwilioHandOver,
  withinPolicy,
} from '../twilio-hand-over.js';

const whatsappTwilioSettings = z.strictObject({
  ...twilioAccount,
  /** The number of the sender on WhatsApp in E.164, or a messaging service (MG…) that has one. */
  from: z.string().regex(/^(?:\+[1-9]\d{6,14}|MG[0-9a-zA-Z]{8,})$/, {
    error: 'must be the number of a WhatsApp sender such as +14155238886, or a messaging service (MG…)',
  }),
});
type WhatsappTwilioSettings = z.infer<typeof whatsappTwilioSettings>;

/**
 * Messages on WhatsApp by Twilio: words that were approved, by their content template; free ones arrive only within 24 hours of what
 * somebody wrote last (63016 tells). As with its text messages, an answer of 5xx or none is an unknown outcome; and it stays one, as
 * the log holds the words as they were approved, not as we know them.
 * https://www.twilio.com/docs/whatsapp/key-concepts
 */
export class WhatsappTwilioChannel implements Channel {
  readonly code = 'whatsapp-twilio';
  readonly title = 'WhatsApp by Twilio';
  readonly medium = 'whatsapp';
  readonly concurrency = TWILIO_REQUESTS;
  readonly timeoutMs = TWILIO_TIMEOUT_MS;
  private readonly twilio: TwilioHandOver;

  constructor(
    private readonly settings: WhatsappTwilioSettings,
    requestTimeoutMs = TWILIO_TIMEOUT_MS,
  ) {
    this.twilio = new TwilioHandOver(settings, requestTimeoutMs);
  }

  send(message: OutboundMessage): Promise<HandOverResult> {
    const { to, text, approved = null } = message;
    const words = approved === null ? { body: text } : contentOf(approved);
    return this.twilio.send(message, { to: `whatsapp:${to}`, ...words, ...this.sender() });
  }

  /** https://www.twilio.com/docs/content/content-api-resources */
  async approvalOf(sid: string): Promise<Approval | null> {
    try {
      const { status, category } = await (await this.twilio.connect()).approval(sid);
      if (typeof status !== 'string') return null;
      return { status, category: typeof category === 'string' && category !== '' ? category : null };
    } catch {
      return null;
    }
  }

  async close(): Promise<void> {}

  private sender(): { from: string } | { messagingServiceSid: string } {
    const { from } = this.settings;
    return from.startsWith('MG') ? { messagingServiceSid: from } : { from: `whatsapp:${from}` };
  }
}

/** Values are named by their number, from 1. */
function contentOf({ sid, values }: ApprovedContent): { contentSid: string; contentVariables?: string } {
  if (values.length === 0) return { contentSid: sid };
  return {
    contentSid: sid,
    contentVariables: JSON.stringify(Object.fromEntries(values.map((value, index) => [index + 1, value]))),
  };
}

export const whatsappTwilio = defineChannelKind({
  code: 'whatsapp-twilio',
  title: 'WhatsApp by Twilio',
  media: ['whatsapp'],
  settings: whatsappTwilioSettings,
  outline: ({ accountSid, from }) => `${accountSid}, from ${from}`,
  callbacks: { source: 'twilio', secretOf: ({ authToken }) => authToken },
  create: (settings, _medium, policy) => new WhatsappTwilioChannel(withinPolicy(settings, policy)),
});
