import { lookup, type LookupAddress } from 'node:dns';
import { type ClientRequest, type IncomingMessage, request as requestPlainly, type RequestOptions } from 'node:http';
import { request as requestSecurely } from 'node:https';
import type { LookupFunction } from 'node:net';
import { type CallAnswer, CallSender, type OutboundCall } from '#app/application';
import { type AddressPolicy, hostOf, isCallable, refusalOf } from '../public-address.js';
import { signCall } from './sign-call.js';

const TIMEOUT_MS = 10_000;
/** Of an answer; its status has said all that counts. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** Kept for people. */
const MAX_TEXT_CHARS = 1_000;
const NOT_PUBLIC = 'ENOTPUBLIC';

/** How names are resolved; tests bring their own. */
export type Resolver = (hostname: string, give: (error: Error | null, addresses: LookupAddress[]) => void) => void;

interface CallSenderOptions extends AddressPolicy {
  readonly timeoutMs?: number | undefined;
  readonly resolve?: Resolver | undefined;
}

/**
 * Calls over https what is public and nothing else. The name is resolved once and the address that was checked is the one that is
 * connected to, so a name that changes meanwhile opens no door. Redirects are not followed.
 */
export class HttpsCallSender extends CallSender {
  readonly timeoutMs: number;
  private readonly resolve: Resolver;

  constructor(private readonly options: CallSenderOptions) {
    super();
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.resolve = options.resolve ?? ((hostname, give) => lookup(hostname, { all: true }, give));
  }

  async send(call: OutboundCall): Promise<CallAnswer> {
    const refusal = refusalOf(call.url, this.options);
    if (refusal !== undefined) return { outcome: 'refused', detail: refusal };
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), this.timeoutMs);
    try {
      return await this.post(call, abort.signal);
    } catch (error) {
      return failureOf(error, abort.signal.aborted, this.timeoutMs);
    } finally {
      clearTimeout(timer);
    }
  }

  private async post(call: OutboundCall, signal: AbortSignal): Promise<CallAnswer> {
    const url = new URL(call.url);
    const body = Buffer.from(call.body, 'utf8');
    const options: RequestOptions = {
      method: 'POST',
      host: hostOf(url),
      ...(url.port === '' ? {} : { port: url.port }),
      path: `${url.pathname}${url.search}`,
      // a connection of its own for each call: one that is kept was checked for an earlier one
      agent: false,
      lookup: this.checkedLookup(),
      signal,
      headers: {
        'content-type': 'application/json',
        'content-length': body.length,
        'user-agent': 'Afterglow',
        accept: '*/*',
        ...signCall(call),
      },
    };
    const response = await answerTo(
      url.protocol === 'https:' ? requestSecurely(options) : requestPlainly(options),
      body,
    );
    const text = await textOf(response);
    return {
      outcome: 'answered',
      status: response.statusCode ?? 0,
      text,
      retryAfterS: secondsOf(response.headers['retry-after']),
    };
  }

  /** Every address of the name must be public: which one is taken is not ours to say. */
  private checkedLookup(): LookupFunction {
    return (hostname, { all }, give) => {
      this.resolve(hostname, (error, addresses) => {
        const [first] = addresses ?? [];
        if (error || !first) {
          give(error ?? new Error(`${hostname} has no address.`), '', 4);
          return;
        }
        const hidden = addresses.find(({ address }) => !isCallable(address, this.options));
        if (hidden) {
          const refused = new Error(`${hostname} leads to ${hidden.address}, which is not a public address.`);
          give(Object.assign(refused, { code: NOT_PUBLIC }), '', 4);
        } else if (all) give(null, addresses);
        else give(null, first.address, first.family);
      });
    };
  }
}

function answerTo(request: ClientRequest, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve).on('error', reject).end(body);
  });
}

/** The beginning of the answer; a longer one is cut off with its connection. */
async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAX_ANSWER_BYTES) break;
  }
  response.destroy();
  return Buffer.concat(chunks).toString('utf8').slice(0, MAX_TEXT_CHARS);
}

/** A number of seconds; the form with a date is rare and left aside. */
function secondsOf(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,9}$/.test(header) ? Number(header) : null;
}

function failureOf(error: unknown, isTimeout: boolean, timeoutMs: number): CallAnswer {
  if (isTimeout)
    return { outcome: 'unanswered', code: 'timeout', detail: `There was no answer within ${timeoutMs / 1_000} s.` };
  const { message, code = 'connection' } = error as NodeJS.ErrnoException;
  const detail = message ?? String(error);
  return code === NOT_PUBLIC ? { outcome: 'refused', detail } : { outcome: 'unanswered', code, detail };
}
