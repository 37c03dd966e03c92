export interface MessageRequest {
  readonly to: string;
  readonly body: string;
  readonly validityPeriod: number;
  readonly from?: string;
  readonly messagingServiceSid?: string;
}
export type CreateMessage = (request: MessageRequest) => Promise<{ readonly sid: string }>;

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
): Promise<CreateMessage> {
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
  return (request) => client.messages.create(request);
}

/** The path of the provider's URL at another base: `https://api.twilio.com/2010-04-01/x` at `http://127.0.0.1:1` */
function rebase(uri: string, baseUrl: string): string {
  const { pathname, search } = new URL(uri);
  return `${baseUrl.replace(/\/+$/, '')}${pathname}${search}`;
}
