import type { HandOverResult, OutboundMessage } from '#app/application';
import { z } from 'zod';
import type { AccountPolicy } from './channel-kind.js';
import { classifyTwilio, type TwilioFailure } from './classify-twilio.js';
import { connectTwilio, type MessageRequest, type TwilioMessages } from './twilio-client.js';

export const TWILIO_TIMEOUT_MS = 15_000;
export const TWILIO_REQUESTS = 20;
/** How long Twilio may keep the message in its queue: a withdrawal reaches no message that is already there. */
const VALIDITY_S = 4 * 3_600;
const MAX_DETAIL_CHARS = 300;
/** E.164 */
const PHONE = /^\+[1-9]\d{6,14}$/;

/** What an account at Twilio is reached by, whatever it sends. */
export const twilioAccount = {
  accountSid: z.string().regex(/^AC/, 'must begin with AC'),
  authToken: z.string().min(1),
  baseUrl: z.url().optional(),
  /** Where Twilio tells what becomes of messages; left out: at PUBLIC_URL, where Twilio can reach it. */
  callbackUrl: z.url().optional(),
};

type TwilioSettings = z.infer<z.ZodObject<typeof twilioAccount>>;

/** The settings as the account of a shop may have them: another address than Twilio's own is for tests. */
export function withinPolicy<S extends TwilioSettings>(settings: S, policy: AccountPolicy | null): S {
  if (policy === null) return settings;
  const { baseUrl, callbackUrl = policy.callbackUrls?.['twilio'] } = settings;
  return { ...settings, callbackUrl, baseUrl: policy.allowLoopback ? baseUrl : undefined };
}

/** Hands messages to an account at Twilio, by whichever of its media. */
export class TwilioHandOver {
  private messages: Promise<TwilioMessages> | null = null;

  constructor(
    private readonly settings: TwilioSettings,
    private readonly timeoutMs: number,
  ) {}

  async send(
    message: OutboundMessage,
    request: Omit<MessageRequest, 'validityPeriod' | 'statusCallback'>,
  ): Promise<HandOverResult> {
    if (!PHONE.test(message.to)) return NO_NUMBER;
    const messages = await this.connect();
    try {
      const { sid } = await messages.create({ ...request, validityPeriod: VALIDITY_S, ...this.callback(message) });
      return { outcome: 'sent', phase: 'answered', providerRef: sid, code: null, detail: null };
    } catch (error) {
      return failed(error);
    }
  }

  connect(): Promise<TwilioMessages> {
    this.messages ??= connectTwilio(this.settings, { timeoutMs: this.timeoutMs, maxSockets: TWILIO_REQUESTS });
    return this.messages;
  }

  /** Names shop and message, so that what is told of it is joined even when our own record of the hand-over was lost. */
  private callback({ stream, id }: OutboundMessage): { statusCallback?: string } {
    const { callbackUrl } = this.settings;
    if (callbackUrl === undefined || !stream) return {};
    return { statusCallback: `${callbackUrl}?message=${stream.shopId}.${id}` };
  }
}

const NO_NUMBER: HandOverResult = {
  outcome: 'permanent',
  phase: 'none',
  providerRef: null,
  code: null,
  detail: 'This is not a phone number in E.164.',
  suppress: 'recipient',
};

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
