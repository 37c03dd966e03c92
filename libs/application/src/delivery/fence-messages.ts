import { Injectable } from '@nestjs/common';
import { addressOf } from '#app/domain';
import { SecretPort } from '../ports/secret.port.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import type { Channel, OutboundMessage } from './channel.js';
import type { ComposedMessage } from './compose-message.js';
import { passGate } from './contact-gate.js';
import {
  DeliveryStore,
  type FenceVerdict,
  type GateFacts,
  type MessageContent,
  type NewSuppression,
} from './delivery-store.port.js';
import type { HandedMessage } from './hand-over-outcome.js';

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

/** The fence: in one transaction asks for the last time whether each message may go, and commits that it is being handed over. */
@Injectable()
export class FenceMessages {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly store: DeliveryStore,
    private readonly secrets: SecretPort,
  ) {}

  async run(
    shopId: string,
    composed: readonly ComposedMessage[],
    channel: Channel,
    leaseMs: number,
  ): Promise<FenceReport> {
    const { judged, done } = await this.uow.inShop(shopId, (tx) => this.inTransaction(tx, composed, channel, leaseMs));
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
    const verdicts = composed.map(({ message: { id, epoch } }): FenceVerdict => ({
      id,
      epoch,
      state: 'queued',
      reason: null,
      parcel: null,
      deadLetter: null,
    }));
    return (await this.uow.inShop(shopId, (tx) => this.store.fence(tx, verdicts, 0))).size;
  }

  private async inTransaction(
    tx: Transaction,
    composed: readonly ComposedMessage[],
    channel: Channel,
    leaseMs: number,
  ) {
    const messages = composed.map(({ message }) => message);
    const expected = new Set(composed.flatMap(({ address }) => (address === null ? [] : this.fingerprint(address))));
    // the gate goes first: it holds the people, so that no suppression comes in after it was looked for
    const [facts, known] = await Promise.all([
      this.store.gate(tx, messages),
      this.store.suppressed(tx, channel.medium, [...expected]),
    ]);
    const gates = new Map(facts.map((gate) => [gate.id, gate]));
    const prints = this.fingerprints(facts, channel);
    const moved = new Set([...prints.values()].filter((print) => !expected.has(print)));
    const scopes = new Map([...known, ...(await this.store.suppressed(tx, channel.medium, [...moved]))]);
    const judged = composed.flatMap((item) => {
      const facts = gates.get(item.message.id);
      const print = prints.get(item.message.id) ?? '';
      return facts ? [this.judge(item, facts, channel, print, scopes.get(print))] : [];
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
  private fingerprints(gates: Iterable<GateFacts>, channel: Channel): Map<string, string> {
    const prints = new Map<string, string>();
    for (const { id, customer } of gates) {
      const address = addressOf(customer, channel.medium);
      if (address !== null) prints.set(id, this.fingerprint(address));
    }
    return prints;
  }

  private fingerprint(address: string): string {
    return toHex(this.secrets.fingerprint(address, 'address'));
  }

  private judge(
    item: ComposedMessage,
    facts: GateFacts,
    channel: Channel,
    print: string,
    scope: NewSuppression['scope'] | undefined,
  ): Judged {
    const { message, content } = item;
    const { id, epoch } = message;
    const gate = passGate(message, facts, scope);
    if (!gate.isOpen)
      return {
        verdict: { id, epoch, state: gate.state, reason: gate.reason, parcel: null, deadLetter: null },
        fenced: null,
      };
    if (content === null) {
      const { code, text } = item.error ?? { code: 'template.render', text: 'The template could not be rendered.' };
      const deadLetter = { code, error: text };
      const reason = code === 'template.render' ? 'template' : 'gave-up';
      return { verdict: { id, epoch, state: 'failed', reason, parcel: null, deadLetter }, fenced: null };
    }
    const parcel = {
      customerId: message.customerId,
      channel: channel.code,
      address: gate.address,
      content,
      contentHash: toHex(this.secrets.sha256(JSON.stringify(content))),
      links: item.links.tokens,
    };
    const handed = {
      id,
      epoch,
      attempts: message.attempts,
      medium: message.medium,
      channel: channel.code,
      addressFingerprint: print,
    };
    return {
      verdict: { id, epoch, state: 'handing', reason: null, parcel, deadLetter: null },
      fenced: { handed, outbound: outboundOf(item, content, gate.address) },
    };
  }
}

function outboundOf(
  { message, fromName, links }: ComposedMessage,
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
  };
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
