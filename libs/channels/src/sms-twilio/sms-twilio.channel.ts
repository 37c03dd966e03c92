import type { Channel, DoubtAnswer, DoubtfulHandOver, HandOverResult, OutboundMessage } from '#app/application';
import { z } from 'zod';
import { defineChannelKind } from '../channel-kind.js';
import { classifyTwilio, type TwilioFailure } from './classify-twilio.js';
import { connectTwilio, type TwilioMessages } from './twilio-client.js';

const REQUEST_TIMEOUT_MS = 15_000;
const MAX_REQUESTS = 20;
/** How long Twilio may keep the message in its queue: an unsubscription reaches no message that is already there. */
const VALIDITY_S = 4 * 3_600;
/** Of Twilio's clock and the database's, at most. */
const CLOCK_DIFFERENCE_MS = 5 * 60_000;
const MAX_DETAIL_CHARS = 300;
/** E.164 */
const PHONE = /^\+[1-9]\d{6,14}$/;

const smsTwilioSettings = z.strictObject({
  accountSid: z.string().regex(/^AC/, 'must begin with AC'),
  authToken: z.string().min(1),
  /** A number in E.164, a short code, an alphanumeric sender, or a messaging service (MG…). */
  from: z.string().min(1),
  baseUrl: z.url().optional(),
  /** Where Twilio tells what becomes of messages; left out: at PUBLIC_URL, where Twilio can reach it. */
  callbackUrl: z.url().optional(),
});
type SmsTwilioSettings = z.infer<typeof smsTwilioSettings>;

/** Text messages by Twilio. Its API has no idempotency key: an answer of 5xx or none is an unknown outcome. */
export class SmsTwilioChannel implements Channel {
  readonly code = 'sms-twilio';
  readonly title = 'SMS by Twilio';
  readonly medium = 'sms';
  readonly concurrency = MAX_REQUESTS;
  readonly timeoutMs = REQUEST_TIMEOUT_MS;
  private messages: Promise<TwilioMessages> | null = null;

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
    const messages = await this.connect();
    try {
      const { sid } = await messages.create({
        to: message.to,
        body: message.text,
        validityPeriod: VALIDITY_S,
        ...this.sender(),
        ...this.callback(message),
      });
      return { outcome: 'sent', phase: 'answered', providerRef: sid, code: null, detail: null };
    } catch (error) {
      return failed(error);
    }
  }

  /** Looks into Twilio's log. A message carries no key of ours there: it is known by number, words and time. */
  async find({ to, text, at }: DoubtfulHandOver): Promise<DoubtAnswer> {
    try {
      const logged = await (await this.connect()).listTo(to);
      const found = logged.find(
        ({ body, dateCreated }) => body === text && dateCreated.getTime() >= at - CLOCK_DIFFERENCE_MS,
      );
      return found ? { answer: 'taken', providerRef: found.sid } : { answer: 'not-taken' };
    } catch {
      return { answer: 'unreachable' };
    }
  }

  async close(): Promise<void> {}

  private connect(): Promise<TwilioMessages> {
    this.messages ??= connectTwilio(this.settings, { timeoutMs: this.requestTimeoutMs, maxSockets: MAX_REQUESTS });
    return this.messages;
  }

  /** Names shop and message, so that what is told of it is joined even when our own record of the hand-over was lost. */
  private callback({ stream, id }: OutboundMessage): { statusCallback?: string } {
    const { callbackUrl } = this.settings;
    if (callbackUrl === undefined || !stream) return {};
    return { statusCallback: `${callbackUrl}?message=${stream.shopId}.${id}` };
  }

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
  outline: ({ accountSid, from }) => `${accountSid}, from ${from}`,
  // another address than Twilio's own is for tests
  callbacks: { source: 'twilio', secretOf: ({ authToken }) => authToken },
  create(settings, _medium, policy) {
    if (policy === null) return new SmsTwilioChannel(settings);
    const { baseUrl, callbackUrl = policy.callbackUrls?.['twilio'] } = settings;
    return new SmsTwilioChannel({ ...settings, callbackUrl, baseUrl: policy.allowLoopback ? baseUrl : undefined });
  },
});
