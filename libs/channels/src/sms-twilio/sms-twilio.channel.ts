import type { Channel, HandOverResult, OutboundMessage } from '#app/application';
import { z } from 'zod';
import { defineChannelKind } from '../channel-kind.js';
import { classifyTwilio, type TwilioFailure } from './classify-twilio.js';
import { connectTwilio, type CreateMessage } from './twilio-client.js';

const REQUEST_TIMEOUT_MS = 15_000;
const MAX_REQUESTS = 20;
/** How long Twilio may keep the message in its queue: an unsubscription reaches no message that is already there. */
const VALIDITY_S = 4 * 3_600;
const MAX_DETAIL_CHARS = 300;
/** E.164 */
const PHONE = /^\+[1-9]\d{6,14}$/;

const smsTwilioSettings = z.object({
  accountSid: z.string().regex(/^AC/, 'must begin with AC'),
  authToken: z.string().min(1),
  /** A number in E.164, a short code, an alphanumeric sender, or a messaging service (MG…). */
  from: z.string().min(1),
  baseUrl: z.url().optional(),
});
type SmsTwilioSettings = z.infer<typeof smsTwilioSettings>;

/** Text messages by Twilio. Its API has no idempotency key: an answer of 5xx or none is an unknown outcome. */
export class SmsTwilioChannel implements Channel {
  readonly code = 'sms-twilio';
  readonly title = 'SMS by Twilio';
  readonly medium = 'sms';
  readonly concurrency = MAX_REQUESTS;
  readonly timeoutMs = REQUEST_TIMEOUT_MS;
  private create: Promise<CreateMessage> | null = null;

  constructor(
    private readonly settings: SmsTwilioSettings,
    private readonly requestTimeoutMs = REQUEST_TIMEOUT_MS,
  ) {}

  async send(message: OutboundMessage): Promise<HandOverResult> {
    if (!PHONE.test(message.to)) {
      return {
        outcome: 'permanent',
        phase: 'none',
        providerRef: null,
        code: null,
        detail: 'This is not a phone number in E.164.',
        suppress: 'recipient',
      };
    }
    this.create ??= connectTwilio(this.settings, { timeoutMs: this.requestTimeoutMs, maxSockets: MAX_REQUESTS });
    const create = await this.create;
    try {
      const { sid } = await create({
        to: message.to,
        body: message.text,
        validityPeriod: VALIDITY_S,
        ...this.sender(),
      });
      return { outcome: 'sent', phase: 'answered', providerRef: sid, code: null, detail: null };
    } catch (error) {
      return failed(error);
    }
  }

  async close(): Promise<void> {}

  private sender(): { from: string } | { messagingServiceSid: string } {
    const { from } = this.settings;
    return from.startsWith('MG') ? { messagingServiceSid: from } : { from };
  }
}

function failed(error: unknown): HandOverResult {
  const failure = failureOf(error);
  const { status, code, socketCode } = failure;
  const detail = (error instanceof Error ? error.message : String(error)).slice(0, MAX_DETAIL_CHARS);
  const phase = status === null ? 'data' : 'answered';
  const verdict = classifyTwilio(failure);
  const shown = code ?? status ?? socketCode;
  return {
    ...verdict,
    phase: verdict.outcome === 'transient' && status === null ? 'none' : phase,
    providerRef: null,
    code: shown === null ? null : String(shown),
    detail,
  };
}

/** Twilio's exceptions carry `status` and a numeric `code`; those of the socket a textual `code`. */
function failureOf(error: unknown): TwilioFailure {
  const { status, code } = (typeof error === 'object' && error !== null ? error : {}) as {
    status?: unknown;
    code?: unknown;
  };
  return {
    status: typeof status === 'number' ? status : null,
    code: typeof code === 'number' ? code : null,
    socketCode: typeof code === 'string' ? code : null,
  };
}

export const smsTwilio = defineChannelKind({
  code: 'sms-twilio',
  title: 'SMS by Twilio',
  media: ['sms'],
  settings: smsTwilioSettings,
  create: (settings) => new SmsTwilioChannel(settings),
});
