import {
  type ActEffect,
  addressOf,
  type ContactCandidate,
  type ContactFacts,
  type ContactReason,
  type ContactRules,
  HOLD_REASONS,
  type Instant,
  isPhoneMedium,
  type JournalEntry,
  judgeContact,
  type OrderFacts,
  type PastContact,
  type RivalMessage,
  toInstant,
  toIso,
} from '#app/domain';
import { zonesOfPerson } from '../delivery/zones-of-person.js';
import { isJudged, markOf } from '../delivery/contact-desk.js';
import { passGate } from '../delivery/contact-gate.js';
import type { CustomerMerge } from '../facts/facts-store.port.js';
import { endsMessages } from '../journeys/runtime/run-batch.js';
import type { StoredRun } from '../journeys/runtime/run-store.port.js';
import {
  answersAt,
  casesAt,
  type Dealings,
  type KnownCase,
  messagesAt,
  type OtherMessage,
} from './dealings-of-then.js';
import { DueQueue } from './due-queue.js';
import { NOBODY, type RehearsalFacts, type RehearsalWitness, type RehearsedMessage } from './journey-rehearsal.js';

/** What is known of people at the moment that a rehearsal has reached. */
export interface GateFactsOfThen extends RehearsalFacts {
  /** What counts for and against messages to a person, beside what the rehearsal itself sends. */
  dealings(customerId: string): Dealings;
  orders(customerId: string): readonly OrderFacts[];
}

type SentContact = Omit<PastContact, 'hasReachedGoal'>;

/** A message that is due, or was put off. */
interface Waiting {
  readonly customerId: string;
  readonly message: RehearsedMessage;
  readonly witness: RehearsalWitness;
  readonly putOffBy: readonly ContactReason[];
  readonly heldBy: ReadonlySet<string>;
}

/**
 * What live messages meet right before they leave, in virtual time: consent and the end of the run for the last time, then the
 * contact rules. The history of contacts is what other journeys handed over then, and what the rehearsal itself lets go.
 */
export class RehearsalGate implements RehearsalWitness {
  /** Hears what becomes of messages that are planned from now on. */
  witness: RehearsalWitness = NOBODY;
  private readonly waiting = new DueQueue<Waiting>();
  /** When each is judged: what the queue says otherwise is out of date. */
  private readonly times = new Map<Waiting, Instant>();
  /** Runs whose messages are of no use any more. */
  private readonly ended = new Set<string>();
  /** Runs that reached their goal. */
  private readonly reached = new Set<string>();
  /** By customer. */
  private readonly sent = new Map<string, SentContact[]>();
  private readonly cases = new Map<string, KnownCase[]>();
  private readonly merged = new Map<string, string>();

  constructor(
    private readonly facts: GateFactsOfThen,
    private readonly rules: ContactRules,
    private readonly shopZone: string,
    private readonly priority: number,
  ) {}

  onDecision(run: StoredRun, isNew: boolean, journal: readonly JournalEntry[]): void {
    if (endsMessages(run.state)) this.ended.add(run.id);
    if (run.state.goalAt !== null) this.reached.add(run.id);
    this.witness.onDecision(run, isNew, journal);
  }

  onMessage(message: RehearsedMessage): void {
    const { medium } = message;
    const { effect, tracked } = message.send;
    const { run } = tracked;
    if (message.reason !== null || effect.isHeldOut === true || !isJudged({ class: effect.class, medium }))
      this.witness.onMessage(message);
    else
      this.add(message.at, {
        customerId: run.customerId,
        message,
        witness: this.witness,
        putOffBy: [],
        heldBy: NO_JOURNEYS,
      });
  }

  /** A case is open for as long as the one that was really opened on that topic; when there was none, until the end. */
  onAct({ id: runId, customerId }: StoredRun, { act, at: openedAt }: ActEffect, now: Instant): void {
    if (act.type !== 'open-case') return;
    const { topic, priority } = act;
    const recorded = this.facts
      .dealings(customerId)
      .cases.find((file) => file.topic === topic && file.knownAt <= now && (file.closedAt ?? Infinity) > now);
    const closedAt = recorded?.closedAt ?? null;
    append(this.cases, customerId, [{ topic, priority, runId, openedAt, knownAt: now, closedAt }]);
  }

  merge({ loser, survivor }: CustomerMerge): void {
    this.merged.set(loser, survivor);
    for (const byCustomer of [this.sent, this.cases] as Map<string, unknown[]>[]) {
      append(byCustomer, survivor, byCustomer.get(loser) ?? []);
      byCustomer.delete(loser);
    }
  }

  /** Whether it would matter that something ended what holds messages. */
  get isHolding(): boolean {
    return [...this.times.keys()].some(isHeld);
  }

  /** News of an order ended what held messages of this person: they are judged anew. */
  release(customerId: string, now: Instant): void {
    for (const [item, at] of this.times)
      if (at > now && isHeld(item) && this.present(item.customerId) === customerId) this.add(now, item);
  }

  /** Judges what is due up to and including this time; of what is due at once, what fell due first goes first. */
  judgeUntil(until: Instant): void {
    while (this.waiting.nextAt <= until) {
      const now = this.waiting.nextAt;
      const due: Waiting[] = [];
      while (this.waiting.nextAt === now) {
        const { item } = this.waiting.take() as { item: Waiting };
        if (this.times.get(item) === now && this.times.delete(item)) due.push(item);
      }
      due.sort((a, b) => a.message.send.effect.dueAt - b.message.send.effect.dueAt);
      for (const item of due) this.judge(item, now);
    }
  }

  /** Tells what still waits. */
  end(): void {
    for (let next = this.waiting.take(); next; next = this.waiting.take()) {
      const { item, at } = next;
      if (this.times.get(item) !== at) continue;
      if (this.ended.has(item.message.send.tracked.run.id)) finish(item, at, 'run-exited');
      else item.witness.onWaiting?.(told(item, at, null), item.putOffBy.at(-1) ?? 'queued');
    }
  }

  private judge(item: Waiting, now: Instant): void {
    const { message, putOffBy } = item;
    const { send, medium } = message;
    const { effect, tracked } = send;
    const { id, orderId } = tracked.run;
    const customerId = this.present(tracked.run.customerId);
    const { customer, order } = this.facts.snapshot(customerId, orderId);
    const address = addressOf(customer, medium);
    const gate = passGate(
      { class: effect.class, medium },
      {
        id,
        customer,
        isExpired: effect.usefulUntil !== null && effect.usefulUntil <= now,
        reason: putOffBy.at(-1) ?? null,
        hasRunExited: this.ended.has(id),
        isArchived: false,
        isHeld: false,
      },
      address === null ? undefined : this.facts.suppression(medium, address, now),
    );
    if (!gate.isOpen) return finish(item, now, gate.reason ?? 'useful-until');
    const candidate: ContactCandidate = {
      class: effect.class,
      medium,
      runId: id,
      survey: effect.survey && markOf(effect.survey),
      priority: this.priority,
      dueAt: effect.dueAt,
      usefulUntil: effect.usefulUntil,
      ...zonesOfPerson({ ...customer, phone: isPhoneMedium(medium) ? customer.phone : null }, this.shopZone),
      order,
    };
    const { history, others } = this.historyAt(customerId, candidate, now);
    const judgement = judgeContact(candidate, history, this.rules, now);
    if (judgement.type === 'go') {
      if (effect.class !== 'service')
        append(this.sent, customerId, [{ class: effect.class, runId: id, survey: candidate.survey, at: now, medium }]);
      return finish(item, now, null);
    }
    const heldBy = new Set([...item.heldBy, ...inTheWay(judgement, others)]);
    if (judgement.type === 'skip') return finish({ ...item, heldBy }, now, judgement.reason);
    const until = isHold(judgement.reason)
      ? Math.min(judgement.until, this.nextClosing(customerId, now))
      : judgement.until;
    this.add(until, { ...item, customerId, putOffBy: [...putOffBy, judgement.reason], heldBy });
  }

  private add(at: Instant, item: Waiting): void {
    this.times.set(item, at);
    this.waiting.add(at, item);
  }

  /** A case that is closed has what is held looked at again. */
  private nextClosing(customerId: string, now: Instant): Instant {
    const closed = this.facts.dealings(customerId).cases.map(({ closedAt }) => closedAt ?? Infinity);
    return Math.min(...closed.filter((at) => at > now));
  }

  /** The record that a customer's was merged into. */
  private present(customerId: string): string {
    const survivor = this.merged.get(customerId);
    return survivor === undefined ? customerId : this.present(survivor);
  }

  private contactsOf(customerId: string): PastContact[] {
    return (this.sent.get(customerId) ?? []).map((contact) => {
      return { hasReachedGoal: contact.class === 'review' && this.reached.has(contact.runId), ...contact };
    });
  }

  private historyAt(customerId: string, own: RivalMessage, now: Instant) {
    const dealings = this.facts.dealings(customerId);
    const { past, rivals } = messagesAt(dealings, own, now);
    const { repliedAt } = this.facts.snapshot(customerId, null).customer;
    const recorded = dealings.cases.filter(({ isOwn }) => !isOwn);
    const history = {
      contacts: [...past, ...this.contactsOf(customerId)],
      answers: answersAt(dealings, now),
      cases: casesAt([...recorded, ...(this.cases.get(customerId) ?? [])], now),
      orders: this.facts.orders(customerId),
      repliedAt: repliedAt === undefined ? null : toInstant(repliedAt),
      rivals,
    };
    return { history, others: [...past, ...rivals] };
  }
}

const NO_JOURNEYS: ReadonlySet<string> = new Set();
const HOLDS: ReadonlySet<string> = new Set(HOLD_REASONS);

function isHold(reason: string): boolean {
  return HOLDS.has(reason);
}

function isHeld({ putOffBy }: Waiting): boolean {
  return isHold(putOffBy.at(-1) ?? '');
}

function told(
  { message: { send, medium }, putOffBy, heldBy }: Waiting,
  at: Instant,
  reason: string | null,
): RehearsedMessage {
  return { send, medium, reason, at, putOffBy, heldBy: [...heldBy] };
}

function finish(item: Waiting, at: Instant, reason: string | null): void {
  item.witness.onMessage(told(item, at, reason));
}

/** Journeys whose messages a judgement rests on. */
function inTheWay(
  { reason, facts }: { readonly reason: ContactReason; readonly facts: ContactFacts },
  others: readonly OtherMessage[],
): string[] {
  const times = new Set([facts['contacts'] ?? facts['askedAt'] ?? []].flat());
  return others
    .filter(({ at, priority }) => (reason === 'outranked' ? priority === facts['by'] : times.has(toIso(at))))
    .map(({ journey }) => journey);
}

function append<T>(lists: Map<string, T[]>, key: string, items: readonly T[]): void {
  if (items.length === 0) return;
  const list = lists.get(key);
  if (list) list.push(...items);
  else lists.set(key, [...items]);
}
