import type { Instant, NormalisedEvent } from '#app/domain';
import type { Line, StatusNews } from '../feedback/message-news.port.js';
import type { z } from 'zod';

/** A request as it came in: the bytes are what was signed. Header names are lower-case, several values joined by ", ". */
export interface IncomingRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly rawBody: Buffer;
  readonly contentType: string;
  /** Path and query as they were called, for senders that sign them. */
  readonly path?: string | undefined;
}

/** Beside the sender's headers: the query that it called with. No header of HTTP can have this name. */
export const QUERY = ':query';
/** In the same place: it was said to another shop, see `Addressee.heardBy`. */
export const OVERHEARD = ':overheard';

/** Whom a call to the address of the installation concerns. */
export interface Addressee {
  /** Of one message of ours. */
  readonly shopId?: string | undefined;
  /** A phone number that somebody wrote from. */
  readonly line?: Line | undefined;
  /**
   * Which of the shops that have written to the number hear it; left out: the last one that did. `all`: each of them. `left`: the last
   * one, and those that the person left by text overhear it. `asker`: the one that asked them something last; when none did, as `left`.
   */
  readonly heardBy?: 'all' | 'left' | 'asker' | undefined;
}

export type SignatureVerdict = { readonly genuine: true } | { readonly genuine: false; readonly reason: string };

/** A stored body with the headers that the kind asked to keep. */
export interface StoredRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a parser needs to know of the shop and the source. */
export interface ParseContext {
  readonly settings: unknown;
  readonly receivedAt: Instant;
  readonly shopTimeZone: string;
  readonly shopCurrency: string;
}

/** What a stored body means: events, or none with the reason (an unknown topic is kept, not refused). */
export interface ParsedBody {
  readonly events: readonly NormalisedEvent[];
  readonly ignored?: string;
  /** What became of messages; nothing of it stands on the timeline. */
  readonly statuses?: readonly StatusNews[];
}

/** A kind of sender: one folder in libs/sources. Verifies before it parses; parsing is pure and happens later, in a worker. */
export interface SourceKind<S = unknown> {
  readonly code: string;
  readonly title: string;
  readonly settings: z.ZodType<S>;
  /** Headers that `parse` reads; only these are stored. */
  readonly keptHeaders: readonly string[];
  /** Content types it sends, without parameters. */
  readonly contentTypes: readonly string[];
  /** Checks the secret's form when a source is made; returns what to do when it is wrong. */
  refuseSecret?(secret: string): string | undefined;
  /** A set-up call that must be answered 200 and stores nothing (WooCommerce's ping). */
  isPing?(request: IncomingRequest): boolean;
  /** The answer to what was taken, where the sender reads it; without it a small JSON object. */
  readonly answer?: { readonly contentType: string; readonly body: string };
  /** Only of kinds that may call the address of the installation, `/hooks/<code>`, signed with its own credentials. */
  addressee?(request: IncomingRequest): Addressee | undefined;
  /** Constant time over all secrets. `publicUrl`: where we are called from outside. `nowMs` is wall time, for the sender's time stamp. */
  verify(request: IncomingRequest, secrets: readonly string[], nowMs: number, publicUrl?: string): SignatureVerdict;
  /** The same for every delivery of the same happening, see each sender's documentation. */
  dedupeKey(request: IncomingRequest): string;
  /** @throws PermanentError `event.invalid` when the body isn't what the sender documents */
  parse(request: StoredRequest, context: ParseContext): ParsedBody;
}

/** All kinds of sender by code. */
export abstract class SourceKinds {
  abstract find(code: string): SourceKind | undefined;
  abstract list(): readonly SourceKind[];
}
