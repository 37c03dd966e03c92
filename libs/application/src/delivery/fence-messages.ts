import { Injectable } from '@nestjs/common';
import { addressOf, type ContactJudgement, isPhoneMedium, type Medium } from '#app/domain';
import { SecretPort } from '../ports/secret.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import type { Stranded } from '../accounts/assign-routes.js';
import type { Route } from '../accounts/route.js';
import type { OutboundMessage } from './channel.js';
import type { ComposedMessage } from './compose-message.js';
import { ContactDesk, isJudged } from './contact-desk.js';
import { type Gate, passGate } from './contact-gate.js';
import { type ContactBooks, ContactStore } from './contact-store.port.js';
import {
  DeliveryStore,
  type DueMessage,
  type FenceVerdict,
  type GateFacts,
  type MessageContent,
} from './delivery-store.port.js';
import type { HandedMessage } from './hand-over-outcome.js';
import { DEFAULT_TEXTS, isServed, textMicros, type TextSettings } from './text-settings.js';
import { Shops } from '../shops/shops.repository.js';

/** A message whose state `handing` is committed: from here on it is sent once or never. */
export interface FencedMessage {
  readonly handed: HandedMessage;
  readonly outbound: OutboundMessage;
}

export interface FenceReport {
  readonly fenced: readonly FencedMessage[];
  /** Messages that ended at the fence, by state. */
  readonly stopped: Readonly<Partial<Record<FenceVerdict['state'], number>>>;
}

interface Judged {
  readonly verdict: FenceVerdict;
  readonly fenced: FencedMessage | null;
}

interface Passage {
  readonly shopId: string;
  readonly gate: Gate;
  readonly texts: TextSettings;
  readonly addressFingerprint: string;
}

/** The fence: in one transaction asks for the last time whether each message may go, and commits that it is being handed over. */
@Injectable()
export class FenceMessages {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly store: DeliveryStore,
    private readonly contacts: ContactStore,
    private readonly secrets: SecretPort,
    private readonly shops: Shops,
  ) {}

  async run(shopId: string, composed: readonly ComposedMessage[], route: Route, leaseMs: number): Promise<FenceReport> {
    const { judged, done } = await this.uow.inShop(shopId, (tx) =>
      this.inTransaction(tx, shopId, composed, route, leaseMs),
    );
    const stopped: Partial<Record<FenceVerdict['state'], number>> = {};
    const fenced: FencedMessage[] = [];
    for (const { verdict, fenced: message } of judged) {
      if (!done.has(verdict.id)) continue;
      if (message) fenced.push(message);
      else stopped[verdict.state] = (stopped[verdict.state] ?? 0) + 1;
    }
    return { fenced, stopped };
  }

  /** Gives claims back uncounted: nothing of them has begun. */
  async giveBack(shopId: string, composed: readonly ComposedMessage[]): Promise<number> {
    const verdicts = composed.map(({ message }) => stopped(message, 'queued', null));
    return (await this.uow.inShop(shopId, (tx) => this.store.fence(tx, verdicts, 0))).size;
  }

  /** Gives claims back uncounted, for a later time: no account takes them now. */
  async putOff(shopId: string, { items, reason, until }: Stranded<ComposedMessage>): Promise<number> {
    const verdicts = items.map(({ message }) => ({ ...stopped(message, 'queued', reason), until }));
    return (await this.uow.inShop(shopId, (tx) => this.store.fence(tx, verdicts, 0))).size;
  }

  private async inTransaction(
    tx: Transaction,
    shopId: string,
    composed: readonly ComposedMessage[],
    route: Route,
    leaseMs: number,
  ) {
    const { channel } = route;
    const messages = composed.map(({ message }) => message);
    const expected = new Set(composed.flatMap(({ address }) => (address === null ? [] : this.fingerprint(address))));
    // the gate goes first: it holds the people, so that no suppression comes in after it was looked for
    const [facts, known, books, texts] = await Promise.all([
      this.store.gate(tx, messages),
      this.store.suppressed(tx, channel.medium, [...expected]),
      this.books(tx, messages, channel.medium),
      isPhoneMedium(channel.medium) ? this.shops.texts(tx) : DEFAULT_TEXTS,
    ]);
    const gates = new Map(facts.map((gate) => [gate.id, gate]));
    const prints = this.fingerprints(facts, channel);
    const moved = new Set([...prints.values()].filter((print) => !expected.has(print)));
    const scopes = new Map([...known, ...(await this.store.suppressed(tx, channel.medium, [...moved]))]);
    const desk = books && new ContactDesk(books);
    const judged = composed.flatMap((item) => {
      const facts = gates.get(item.message.id);
      if (!facts) return [];
      const addressFingerprint = prints.get(item.message.id) ?? '';
      const gate = withinReach(passGate(item.message, facts, scopes.get(addressFingerprint)), channel, texts);
      return [this.judge(item, { shopId, gate, texts, addressFingerprint }, route, desk)];
    });
    return {
      judged,
      done: await this.store.fence(
        tx,
        judged.map(({ verdict }) => verdict),
        leaseMs,
      ),
    };
  }

  /** Of the address of each message, by message id. */
  private fingerprints(gates: Iterable<GateFacts>, { medium }: Pick<Route['channel'], 'medium'>): Map<string, string> {
    const prints = new Map<string, string>();
    for (const { id, customer } of gates) {
      const address = addressOf(customer, medium);
      if (address !== null) prints.set(id, this.fingerprint(address));
    }
    return prints;
  }

  private fingerprint(address: string): string {
    return toHex(this.secrets.fingerprint(address, 'address'));
  }

  private judge(
    item: ComposedMessage,
    { shopId, gate, texts, addressFingerprint }: Passage,
    { channel, accountId }: Route,
    desk: ContactDesk | null,
  ): Judged {
    const { message, content, error } = item;
    if (!gate.isOpen) return { verdict: stopped(message, gate.state, gate.reason), fenced: null };
    if (error) return { verdict: failed(message, error), fenced: null };
    const costMicros = desk ? costOf(item, gate.address, texts) : 0;
    const judgement = desk && isJudged(message) ? desk.judge(item, costMicros) : null;
    if (judgement && judgement.type !== 'go') return { verdict: heldBack(message, judgement), fenced: null };
    // what stood against it when it was prepared is gone: it comes back at once, and keeps its place until then
    if (content === null) return { verdict: stopped(message, 'queued', null), fenced: null };
    if (!isJudged(message)) desk?.noteHandOver(costMicros);
    const { id, epoch, attempts, isRetry, medium } = message;
    const parcel = {
      customerId: message.customerId,
      channel: channel.code,
      accountId,
      address: gate.address,
      content,
      contentHash: toHex(this.secrets.sha256(JSON.stringify(content))),
      costMicros,
      links: item.links.tokens,
    };
    return {
      verdict: { id, epoch, state: 'handing', reason: null, until: null, judgement, parcel, deadLetter: null },
      fenced: {
        handed: { id, epoch, attempts, isRetry, medium, channel: channel.code, accountId, addressFingerprint },
        outbound: outboundOf(item, shopId, content, gate.address),
      },
    };
  }

  /** Read after the people are locked; mails of service count for nothing and are counted nowhere. */
  private async books(tx: Transaction, messages: readonly DueMessage[], medium: Medium): Promise<ContactBooks | null> {
    const judged = messages.filter(isJudged);
    return judged.length > 0 ? this.contacts.books(tx, judged, medium) : null;
  }
}

/** Before it costs anything. */
function withinReach(gate: Gate, { medium }: Pick<Route['channel'], 'medium'>, texts: TextSettings): Gate {
  if (!gate.isOpen || !isPhoneMedium(medium) || isServed(texts, gate.address)) return gate;
  return { isOpen: false, state: 'suppressed', reason: 'country-not-served' };
}

function costOf({ message, content }: ComposedMessage, address: string, texts: TextSettings): number {
  return message.medium === 'sms' && content !== null ? textMicros(texts, content.text, address) : 0;
}

type Claimed = Pick<DueMessage, 'id' | 'epoch'>;

function stopped({ id, epoch }: Claimed, state: FenceVerdict['state'], reason: string | null): FenceVerdict {
  return { id, epoch, state, reason, until: null, judgement: null, parcel: null, deadLetter: null };
}

function failed(message: Claimed, { code, text }: NonNullable<ComposedMessage['error']>): FenceVerdict {
  const reason = code === 'template.render' ? 'template' : 'gave-up';
  return { ...stopped(message, 'failed', reason), deadLetter: { code, error: text } };
}

function heldBack(message: Claimed, judgement: Exclude<ContactJudgement, { type: 'go' }>): FenceVerdict {
  const state = judgement.type === 'defer' ? 'queued' : 'suppressed';
  const until = judgement.type === 'defer' ? judgement.until : null;
  return { ...stopped(message, state, judgement.reason), until, judgement };
}

function outboundOf(
  { message, journey, fromName, sender, links }: ComposedMessage,
  shopId: string,
  content: MessageContent,
  to: string,
): OutboundMessage {
  return {
    id: message.id,
    key: message.key,
    medium: message.medium,
    to,
    fromName,
    ...content,
    unsubscribeUrl: links.unsubscribeUrl,
    sender: sender ?? undefined,
    stream: { shopId, journey, class: message.class },
  };
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
