export interface MessageRequest {
  /** E.164, of WhatsApp with `whatsapp:` before it, as `from`. */
  readonly to: string;
  /** Left out where a content template holds the words. */
  readonly body?: string;
  readonly contentSid?: string;
  /** A JSON object. */
  readonly contentVariables?: string;
  readonly validityPeriod: number;
  readonly from?: string;
  readonly messagingServiceSid?: string;
  readonly statusCallback?: string;
}
/** A message in Twilio's log. */
export interface LoggedMessage {
  readonly sid: string;
  readonly body: string;
  readonly dateCreated: Date;
}

export interface TwilioMessages {
  create(request: MessageRequest): Promise<{ readonly sid: string }>;
  /** The newest ones to a number. */
  listTo(number: string): Promise<readonly LoggedMessage[]>;
  /** What WhatsApp says of a content template. */
  approval(contentSid: string): Promise<Readonly<Record<string, unknown>>>;
}

const LOG_ENTRIES = 100;

interface Account {
  readonly accountSid: string;
  readonly authToken: string;
  /** Replaces https://api.twilio.com. */
  readonly baseUrl?: string | undefined;
}

/** Loads Twilio's client on first use: it is large, and most installations never send a text message. */
export async function connectTwilio(
  account: Account,
  limits: { timeoutMs: number; maxSockets: number },
): Promise<TwilioMessages> {
  const { default: twilio } = await import('twilio');
  const { accountSid, authToken, baseUrl } = account;

  // autoRetry off: delivery is the one layer that tries again
  const httpClient = new twilio.RequestClient({
    timeout: limits.timeoutMs,
    maxSockets: limits.maxSockets,
    autoRetry: false,
  });
  if (baseUrl !== undefined) {
    const request = httpClient.request.bind(httpClient);
    httpClient.request = (options) => request({ ...options, uri: rebase(options.uri, baseUrl) });
  }
  const client = twilio(accountSid, authToken, { httpClient, autoRetry: false });
  return {
    create: (request) => client.messages.create(request),
    approval: async (sid) => (await client.content.v1.contents(sid).approvalFetch().fetch()).whatsapp,
    listTo: (to) => client.messages.list({ to, limit: LOG_ENTRIES }),
  };
}

/** The path of the provider's URL at another base: `https://api.twilio.com/2010-04-01/x` at `http://127.0.0.1:1` */
function rebase(uri: string, baseUrl: string): string {
  const { pathname, search } = new URL(uri);
  return `${baseUrl.replace(/\/+$/, '')}${pathname}${search}`;
}
