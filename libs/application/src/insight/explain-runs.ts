import { type ContactFacts, type EventView, type Instant, type IsoInstant, type Json, toIso } from '#app/domain';
import type { MessageToExplain, RunToExplain, VerdictToExplain } from './explain-reader.port.js';
import { decisionInWords, endInWords, inWords, reasonInWords } from './words.js';

export type HeldBecause = 'journey-paused' | 'shop-paused';

/** What happens next to a run. */
export interface NextMove {
  readonly run: string;
  readonly what: 'wake' | 'message' | 'event' | 'person';
  readonly step: string;
  /** Null: nobody knows. */
  readonly at: IsoInstant | null;
  readonly held: HeldBecause | null;
  readonly says: string;
}

export interface ExplainedDecision {
  readonly seq: number;
  readonly kind: string;
  readonly step: string | null;
  readonly at: IsoInstant;
  /** The conditions asked, with their results, and what else was noted. */
  readonly facts: { readonly [key: string]: Json };
  readonly says: string;
}

export interface ExplainedMessage {
  readonly id: string;
  readonly step: string;
  readonly visit: number;
  readonly medium: string;
  readonly class: string;
  readonly to: string | null;
  readonly state: string;
  readonly reason: string | null;
  readonly dueAt: IsoInstant;
  readonly sentAt: IsoInstant | null;
  /** What the contact rules said each time it was to go out, oldest first. */
  readonly verdicts: readonly ExplainedVerdict[];
  readonly says: string;
}

export interface ExplainedVerdict {
  readonly at: IsoInstant;
  readonly verdict: 'go' | 'defer' | 'skip';
  readonly reason: string | null;
  /** When it is tried next. */
  readonly until: IsoInstant | null;
  readonly facts: ContactFacts;
  readonly says: string;
}

export interface ExplainedRun {
  readonly run: string;
  readonly version: number;
  readonly entry: EventView;
  readonly entryKey: string;
  readonly order: string | null;
  readonly status: string;
  readonly step: string | null;
  readonly startedAt: IsoInstant;
  readonly endedAt: IsoInstant | null;
  readonly endReason: string | null;
  readonly decisions: readonly ExplainedDecision[];
  readonly messages: readonly ExplainedMessage[];
  readonly next: NextMove | null;
  readonly says: string;
}

export interface Circumstances {
  readonly zone: string;
  readonly isShopPaused: boolean;
  readonly isJourneyPaused: boolean;
}

/** Tells what a run did, why, and what it will do. */
export function explainRun(
  run: RunToExplain,
  messages: readonly MessageToExplain[],
  circumstances: Circumstances,
): ExplainedRun {
  const { zone } = circumstances;
  const next = nextOf(run, messages, circumstances);
  const ended = run.endedAt === null ? '' : `, ended on ${inWords(run.endedAt, zone)}: ${endInWords(run.endReason)}`;
  return {
    run: run.id,
    version: run.version,
    entry: run.entry,
    entryKey: run.entryKey,
    order: run.order,
    status: run.status,
    step: run.step,
    startedAt: toIso(run.startedAt),
    endedAt: run.endedAt === null ? null : toIso(run.endedAt),
    endReason: run.endReason,
    decisions: run.journal.map((line) => ({
      seq: line.seq,
      kind: line.kind,
      step: line.step,
      at: line.at,
      facts: line.data,
      says: decisionInWords(line, zone),
    })),
    messages: messages.map((message) => explainMessage(message, circumstances)),
    next,
    says: `Entered version ${run.version} by ${run.entry.type} on ${inWords(run.startedAt, zone)}${ended || ', still under way'}.`,
  };
}

function explainMessage(message: MessageToExplain, circumstances: Circumstances): ExplainedMessage {
  const { id, step, visit, medium, class: messageClass, address, state, reason, dueAt, sentAt } = message;
  return {
    id,
    step,
    visit,
    medium,
    class: messageClass,
    to: address,
    state,
    reason,
    dueAt: toIso(dueAt),
    sentAt: sentAt === null ? null : toIso(sentAt),
    verdicts: message.verdicts.map((verdict) => explainVerdict(verdict, circumstances)),
    says: messageInWords(message, circumstances),
  };
}

function explainVerdict(
  { at, verdict, reason, until, facts }: VerdictToExplain,
  { zone }: Circumstances,
): ExplainedVerdict {
  const when = inWords(at, zone);
  const why = reasonInWords(reason);
  const says =
    verdict === 'go'
      ? `On ${when} no contact rule stood against it.`
      : until === null
        ? `On ${when} it was given up: ${why}.`
        : `On ${when} it was put off until ${inWords(until, zone)}: ${why}.`;
  return { at: toIso(at), verdict, reason, until: until === null ? null : toIso(until), facts: facts ?? {}, says };
}

const MEDIA: Readonly<Record<string, string>> = {
  email: 'e-mail',
  sms: 'text message',
  whatsapp: 'message on WhatsApp',
};

function messageInWords(message: MessageToExplain, circumstances: Circumstances): string {
  const { zone } = circumstances;
  const what = `The ${MEDIA[message.medium] ?? message.medium} of "${message.step}"`;
  switch (message.state) {
    case 'sent':
      return `${what} was sent${message.sentAt === null ? '' : ` on ${inWords(message.sentAt, zone)}`}.`;
    case 'suppressed':
    case 'expired':
      return `${what} was not sent: ${reasonInWords(message.reason ?? (message.state === 'expired' ? 'useful-until' : null))}.`;
    case 'held_out':
      return `${what} would have been sent; the customer is in the hold-out.`;
    case 'failed':
      return `${what} failed: ${reasonInWords(message.reason)}.`;
    case 'unknown':
      return `Whether ${what.replace('The', 'the')} arrived is unknown: the provider gave no clear answer. It is not sent again by itself.`;
    case 'handing':
      return `${what} is being handed to the provider.`;
    default:
      return waitingInWords(what, message, circumstances);
  }
}

function waitingInWords(what: string, message: MessageToExplain, circumstances: Circumstances): string {
  const held = heldBecause(message.isHeld, circumstances);
  if (held) return `${what} is held: ${heldInWords(held)}.`;
  const why = message.reason === null ? '' : ` (${reasonInWords(message.reason)})`;
  return `${what} is queued; it goes out from ${inWords(message.notBefore, circumstances.zone)}${why}.`;
}

function heldBecause(isHeld: boolean, { isShopPaused }: Circumstances): HeldBecause | null {
  if (isHeld) return 'journey-paused';
  return isShopPaused ? 'shop-paused' : null;
}

function heldInWords(held: HeldBecause): string {
  return held === 'journey-paused' ? 'the journey is paused' : 'the whole shop is paused';
}

const WAITING_STATES = new Set(['queued', 'claimed', 'handing', 'unknown']);

/** A message on its way comes before the wait that follows it. */
function nextOf(
  run: RunToExplain,
  messages: readonly MessageToExplain[],
  circumstances: Circumstances,
): NextMove | null {
  const message = messages.find(({ state }) => WAITING_STATES.has(state));
  if (message) {
    const isOurs = message.state !== 'unknown';
    return {
      run: run.id,
      what: isOurs ? 'message' : 'person',
      step: message.step,
      at: isOurs ? toIso(message.notBefore) : null,
      held: isOurs ? heldBecause(message.isHeld, circumstances) : null,
      says: messageInWords(message, circumstances),
    };
  }
  return run.status === 'waiting' ? nextWake(run, circumstances) : null;
}

function nextWake(run: RunToExplain, circumstances: Circumstances): NextMove {
  const step = run.step ?? '';
  const { timer } = run;
  if (timer === null) {
    const held = heldBecause(circumstances.isJourneyPaused, circumstances);
    return {
      run: run.id,
      what: 'event',
      step,
      at: null,
      held,
      says: `It waits at "${step}" until an event moves it on.`,
    };
  }
  if (timer.isDead) {
    const says = `It is stuck at "${step}": its wake-up failed for good. Retry or drop it among the dead letters.`;
    return { run: run.id, what: 'person', step, at: null, held: null, says };
  }
  const held = heldBecause(timer.isHeld, circumstances);
  const when = inWords(timer.dueAt as Instant, circumstances.zone);
  const says = held
    ? `The wait at "${step}" ends on ${when}, but ${heldInWords(held)}: it goes on once that is over.`
    : `The wait at "${step}" ends on ${when}, unless an event moves it on before.`;
  return { run: run.id, what: 'wake', step, at: toIso(timer.dueAt), held, says };
}
