import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { HintPort, type QueueName } from '../ports/hint.port.js';
import type { Page, PageRequest } from '../ports/page.js';
import { type Transaction, UnitOfWork } from '../ports/unit-of-work.port.js';
import { type DeadLetter, type DeadLetterFilter, DeadLetters } from './dead-letters.repository.js';

@Injectable()
export class SettleDeadLetters {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly letters: DeadLetters,
    private readonly hints: HintPort,
  ) {}

  list(shopId: string, filter: DeadLetterFilter, page: PageRequest): Promise<Page<DeadLetter>> {
    return this.unitOfWork.inShop(shopId, (tx) => this.letters.list(tx, filter, page));
  }

  /** Tries the work again, from the first attempt. */
  async retry(shopId: string, id: string, note: string): Promise<DeadLetter> {
    let queue: QueueName | null = null;
    const letter = await this.unitOfWork.inShop(shopId, async (tx) => {
      const open = await this.open(tx, id);
      queue = await this.letters.requeue(tx, open);
      if (queue === null) {
        throw new PermanentError(
          'conflict',
          `What dead letter ${id} is about moved on by itself. Drop the letter to close it.`,
        );
      }
      return this.settle(tx, id, 'retried', note);
    });
    if (queue !== null) this.hints.hint(queue);
    return letter;
  }

  /** Closes the letter and leaves the work undone. A run whose timer it was ends as failed. */
  drop(shopId: string, id: string, note: string): Promise<DeadLetter> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      await this.letters.abandon(tx, await this.open(tx, id));
      return this.settle(tx, id, 'dropped', note);
    });
  }

  private async open(tx: Transaction, id: string): Promise<DeadLetter> {
    const letter = await this.letters.lock(tx, id);
    if (letter === null)
      throw new PermanentError(
        'not_found',
        `This shop has no dead letter ${id}. GET /api/v1/ops/dead-letters lists them.`,
      );
    if (letter.state !== 'open') throw new PermanentError('conflict', `Dead letter ${id} was ${letter.state} already.`);
    return letter;
  }

  private async settle(tx: Transaction, id: string, state: 'retried' | 'dropped', note: string): Promise<DeadLetter> {
    await this.letters.settle(tx, id, state, note);
    const settled = await this.letters.lock(tx, id);
    if (settled === null) throw new PermanentError('internal', `Dead letter ${id} is gone.`);
    return settled;
  }
}
