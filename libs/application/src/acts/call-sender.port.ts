import type { Instant } from '#app/domain';

/** One try of a call. */
export interface OutboundCall {
  /** The same for every try: receivers recognise a repetition by it. */
  readonly id: string;
  readonly url: string;
  /** JSON, exactly as it is signed. */
  readonly body: string;
  /** In the form `whsec_…`; each of them signs. */
  readonly secrets: readonly string[];
  /** Wall time, as receivers compare it with their clock. */
  readonly at: Instant;
}

/** What came of a try. */
export type CallAnswer =
  | {
      readonly outcome: 'answered';
      readonly status: number;
      /** The beginning of the body, for people. */
      readonly text: string;
      /** Seconds after which the receiver wants to be asked again, where it said so. */
      readonly retryAfterS: number | null;
    }
  /** Nothing was sent and never will be: the address is not one that may be called. */
  | { readonly outcome: 'refused'; readonly detail: string }
  /** No whole answer: `code` says why, e.g. `timeout`. The receiver may have got it. */
  | { readonly outcome: 'unanswered'; readonly code: string; readonly detail: string };

/** Calls webhooks of the outside world. Never throws for what a receiver does; never calls what isn't public. */
export abstract class CallSender {
  /** Longest try in milliseconds. */
  abstract readonly timeoutMs: number;

  abstract send(call: OutboundCall): Promise<CallAnswer>;
}
