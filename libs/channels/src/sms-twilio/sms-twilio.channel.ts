import type { Channel, DoubtAnswer, DoubtfulHandOver, HandOverResult, OutboundMessage } from '#app/application';
import { z } from 'zod';
import { defineChannelKind } from '../channel-kind.js';
import {
  TWILIO_REQUESTS,
  TWILIO_TIMEOUT_MS,
  twilioAccount,
  TwilioHandOver,
  withinPolicy,
} from '../twilio-hand-over.js';

/** Of Twilio's clock and the database's, at most. */
const CLOCK_DIFFERENCE_MS = 5 * 60_000;

const smsTwilioSettings = z.strictObject({
  ...twilioAccount,
  /** A number in E.164, a short code, an alphanumeric sender, or a messaging service (MG…). */
  from: z.string().min(1),
});
type SmsTwilioSettings = z.infer<typeof smsTwilioSettings>;

/** Text messages by Twilio. Its API has no idempotency key: an answer of 5xx or none is an unknown outcome. */
export class SmsTwilioChannel implements Channel {
  readonly code = 'sms-twilio';
  readonly title = 'SMS by Twilio';
  readonly medium = 'sms';
  readonly concurrency = TWILIO_REQUESTS;
  readonly timeoutMs = TWILIO_TIMEOUT_MS;
  private readonly twilio: TwilioHandOver;

  constructor(
    private readonly settings: SmsTwilioSettings,
    requestTimeoutMs = TWILIO_TIMEOUT_MS,
  ) {
    this.twilio = new TwilioHandOver(settings, requestTimeoutMs);
  }

  send(message: OutboundMessage): Promise<HandOverResult> {
    return this.twilio.send(message, { to: message.to, body: message.text, ...this.sender() });
  }

  /** Looks into Twilio's log. A message carries no key of ours there: it is known by number, words and time. */
  async find({ to, text, at }: DoubtfulHandOver): Promise<DoubtAnswer> {
    try {
      const logged = await (await this.twilio.connect()).listTo(to);
      const found = logged.find(
        ({ body, dateCreated }) => body === text && dateCreated.getTime() >= at - CLOCK_DIFFERENCE_MS,
      );
      return found ? { answer: 'taken', providerRef: found.sid } : { answer: 'not-taken' };
    } catch {
      return { answer: 'unreachable' };
    }
  }

  async close(): Promise<void> {}

  private sender(): { from: string } | { messagingServiceSid: string } {
    const { from } = this.settings;
    return from.startsWith('MG') ? { messagingServiceSid: from } : { from };
  }
}

export const smsTwilio = defineChannelKind({
  code: 'sms-twilio',
  title: 'SMS by Twilio',
  media: ['sms'],
  settings: smsTwilioSettings,
  outline: ({ accountSid, from }) => `${accountSid}, from ${from}`,
  callbacks: { source: 'twilio', secretOf: ({ authToken }) => authToken },
  create: (settings, _medium, policy) => new SmsTwilioChannel(withinPolicy(settings, policy)),
});
