import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Ledger } from './ledger.js';

/** A refusal in Twilio's shape; `retryAfterSeconds` becomes the Retry-After header. */
export interface TwilioRefusal {
  status: number;
  code?: number;
  message?: string;
  retryAfterSeconds?: number;
}
/** `drop` closes the connection without a response, `hang` never responds: in both cases the message may have been taken. */
export type TwilioAnswer = 'accept' | 'drop' | 'hang' | TwilioRefusal;

export interface TwilioCall {
  accountSid: string;
  /** Basic credentials: account or key sid, and its secret */
  user: string;
  password: string;
  form: Record<string, string>;
  /** Milliseconds since the epoch */
  at: number;
  answer: TwilioAnswer;
  /** The message's sid, where one was made */
  sid?: string;
}

export const TWILIO_ANSWERS = {
  tooManyRequests: { status: 429, code: 20429, message: 'Too Many Requests' },
  unsubscribed: { status: 400, code: 21610, message: 'Attempt to send to unsubscribed recipient' },
  invalidNumber: { status: 400, code: 21211, message: "Invalid 'To' Phone Number" },
  badCredentials: { status: 401, code: 20003, message: 'Authenticate' },
  broken: { status: 500, code: 20500, message: 'Internal Server Error' },
} as const satisfies Record<string, TwilioRefusal>;

const APPROVAL = /^\/v1\/Content\/([^/]+)\/ApprovalRequests$/;
const MESSAGES = /^\/2010-04-01\/Accounts\/([^/]+)\/Messages\.json$/;

/** An HTTP server on a free loopback port that imitates Twilio's messages: making them, the log of those made, and what WhatsApp says of their words. */
export class TwilioStub {
  readonly ledger = new Ledger<TwilioCall>();
  /** Decides each answer from the form; replace it at any time. */
  answer: (form: Record<string, string>) => TwilioAnswer = () => 'accept';
  /** Which calls the log shows: by default those that made a message, however they were answered. */
  logs: (call: TwilioCall) => boolean = ({ sid }) => sid !== undefined;
  /** What WhatsApp says of content templates, by their sid; of others nobody knows anything. */
  readonly approvals = new Map<string, { status: string; category?: string }>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      this.handle(request, response).catch(() => request.socket.destroy());
    });
    // one that was forgotten holds up nobody's end
    this.server.on('connection', (socket) => socket.unref()).unref();
  }

  static async start(): Promise<TwilioStub> {
    const stub = new TwilioStub();
    await new Promise<void>((resolve) => stub.server.listen(0, '127.0.0.1', resolve));
    return stub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get calls(): readonly TwilioCall[] {
    return this.ledger.entries;
  }

  waitFor(count: number, timeoutMs?: number): Promise<readonly TwilioCall[]> {
    return this.ledger.waitFor(count, timeoutMs);
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const url = new URL(request.url ?? '', this.url);
    const content = APPROVAL.exec(url.pathname)?.[1];
    if (content !== undefined) return this.approval(content, response);
    const accountSid = MESSAGES.exec(url.pathname)?.[1];
    if (!accountSid) return refuse(response, { status: 404, code: 20404, message: 'Not Found' });
    const credentials = basicCredentials(request.headers.authorization);
    if (!credentials) return refuse(response, TWILIO_ANSWERS.badCredentials);
    if (request.method === 'GET') return this.list(url, response, accountSid);
    return this.create({ accountSid, ...credentials, form: Object.fromEntries(new URLSearchParams(body)) }, response);
  }

  private create(asked: Pick<TwilioCall, 'accountSid' | 'user' | 'password' | 'form'>, response: ServerResponse): void {
    const answer = this.answer(asked.form);
    const sid = typeof answer === 'string' ? `SM${randomBytes(16).toString('hex')}` : undefined;
    this.ledger.add({ ...asked, at: Date.now(), answer, ...(sid && { sid }) });
    if (answer === 'hang') return;
    if (answer === 'drop') response.destroy();
    else if (answer === 'accept') send(response, 201, created(asked.accountSid, sid ?? '', asked.form));
    else refuse(response, answer);
  }

  private approval(sid: string, response: ServerResponse): void {
    const whatsapp = this.approvals.get(sid);
    if (!whatsapp) return refuse(response, { status: 404, code: 20404, message: 'Not Found' });
    send(response, 200, { sid, account_sid: 'AC0', whatsapp: { type: 'whatsapp', ...whatsapp }, url: sid });
  }

  /** Newest first, on one page. */
  private list(url: URL, response: ServerResponse, accountSid: string): void {
    const to = url.searchParams.get('To');
    const messages = this.calls
      .filter((call) => this.logs(call) && call.form['To'] === to)
      .map(({ sid, form, at }) => created(accountSid, sid ?? 'SM0', form, new Date(at)))
      .toReversed();
    send(response, 200, { messages, next_page_uri: null, page: 0, page_size: 50, uri: url.pathname });
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function basicCredentials(header: string | undefined): { user: string; password: string } | undefined {
  const [, encoded] = /^Basic (.+)$/.exec(header ?? '') ?? [];
  if (!encoded) return undefined;
  const [user = '', ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return { user, password: password.join(':') };
}

function created(accountSid: string, sid: string, form: Record<string, string>, at = new Date()): object {
  return {
    sid,
    account_sid: accountSid,
    messaging_service_sid: form['MessagingServiceSid'] ?? null,
    to: form['To'],
    from: form['From'] ?? null,
    body: form['Body'] ?? '',
    status: 'queued',
    direction: 'outbound-api',
    num_segments: '1',
    num_media: '0',
    price: null,
    price_unit: 'USD',
    error_code: null,
    error_message: null,
    date_created: at.toUTCString(),
    date_sent: null,
    uri: `/2010-04-01/Accounts/${accountSid}/Messages/${sid}.json`,
  };
}

function refuse(response: ServerResponse, { status, code, message, retryAfterSeconds }: TwilioRefusal): void {
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds));
  const moreInfo = code === undefined ? {} : { more_info: `https://www.twilio.com/docs/errors/${code}` };
  send(response, status, { code: code ?? null, message: message ?? 'refused', ...moreInfo, status });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
