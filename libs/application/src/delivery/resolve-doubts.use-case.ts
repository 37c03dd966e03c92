import { Injectable } from '@nestjs/common';
import { HintPort } from '../ports/hint.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { Routes } from '../accounts/routes.js';
import type { DoubtAnswer } from './channel.js';
import { type DoubtfulMessage, DoubtStore, type DoubtVerdict } from './doubt-store.port.js';

/** Business time after which no process that froze in the middle of the hand-over still comes back to send. */
const QUARANTINE_MS = 15 * 60_000;
const BATCH = 50;
const TOLD = { answer: 'taken', providerRef: null } as const;

export interface DoubtReport {
  /** The provider has them. */
  readonly found: number;
  /** Queued once more, because the shop wants service messages at least once. */
  readonly resent: number;
  /** Nobody knows: they wait for a person. */
  readonly held: number;
}

/**
 * Looks into messages of which nobody knows whether the provider took them, each once: asks the provider where that is possible, and
 * queues again what the shop wants sent at least once. Safe to run anywhere, by several workers at once.
 */
@Injectable()
export class ResolveDoubts {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly store: DoubtStore,
    private readonly routes: Routes,
    private readonly hints: HintPort,
  ) {}

  async run(): Promise<DoubtReport> {
    const counts = { sent: 0, queued: 0, held: 0 };
    for (;;) {
      const doubts = await this.uow.acrossShops((tx) => this.store.list(tx, QUARANTINE_MS, BATCH));
      for (const { shopId, id } of doubts) {
        const done = await this.resolve(shopId, id);
        if (done === 'unreachable') return report(counts);
        if (done !== 'over') counts[done] += 1;
      }
      if (doubts.length < BATCH) return report(counts);
    }
  }

  private async resolve(shopId: string, id: string): Promise<DoubtVerdict['state'] | 'over' | 'unreachable'> {
    const message = await this.uow.inShop(shopId, (tx) => this.store.load(tx, id));
    if (!message) return 'over';
    // outside a transaction: the provider takes its time
    const answer = message.isTold ? TOLD : await this.ask(shopId, message);
    if (answer?.answer === 'unreachable') return 'unreachable';
    const verdict = verdictOn(message, answer);
    const isSettled = await this.uow.inShop(shopId, (tx) => this.store.settle(tx, message, verdict));
    if (!isSettled) return 'over';
    if (verdict.state === 'queued') this.hints.hint(`delivery-${message.medium}`);
    return verdict.state;
  }

  /** Undefined when this can't be asked. */
  private async ask(shopId: string, message: DoubtfulMessage): Promise<DoubtAnswer | undefined> {
    const { medium, accountId, channel: code, to, text, handedAt } = message;
    const channel = await this.routes.channelOf(shopId, medium, accountId);
    if (channel?.code !== code || to === null || text === null) return undefined;
    return channel.find?.({ to, text, at: handedAt });
  }
}

function verdictOn({ mayBeResent }: DoubtfulMessage, answer: DoubtAnswer | typeof TOLD | undefined): DoubtVerdict {
  if (answer?.answer === 'taken') return { state: 'sent', ...answer };
  return { state: mayBeResent ? 'queued' : 'held', answer: answer ? 'not-taken' : 'cannot-tell' };
}

function report({ sent, queued, held }: { sent: number; queued: number; held: number }): DoubtReport {
  return { found: sent, resent: queued, held };
}
