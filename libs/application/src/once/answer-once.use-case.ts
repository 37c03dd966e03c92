import { Injectable } from '@nestjs/common';
import { PermanentError, TransientError } from '#app/domain';
import { SecretPort } from '../ports/secret.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { IdempotencyKeys, type KeyedCall, type NotedCall } from './idempotency-keys.port.js';

/** What a call is answered: the status, and what the body is made of. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A call as it came. */
export interface SentCall extends Pick<KeyedCall, 'key' | 'caller'> {
  /** Method, address and body, as a text that is the same for the same call. */
  readonly request: string;
}

/** Visible ASCII with spaces between, 1 to 255 characters. */
const KEY = /^(?! )[\x20-\x7e]{1,255}(?<! )$/;
/** Each holds a connection to the database while what it does may need another one: of all of them only so many. */
const MAX_AT_ONCE = 8;

/**
 * Carries a call out once for each key, however often it is sent. What it changes and what it was answered are committed together, so
 * that no crash comes between; a call that fails leaves nothing, and its key is free again.
 */
@Injectable()
export class AnswerOnce {
  private underWay = 0;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly keys: IdempotencyKeys,
    private readonly secrets: SecretPort,
  ) {}

  /**
   * @param work what the call does; its transactions become parts of one
   * @throws PermanentError `malformed` for a key that is none, `idempotency.mismatch` for one that stands for another call;
   *   TransientError `idempotency.in_progress`, or `unavailable` when too many are under way
   */
  async run(shopId: string, sent: SentCall, work: () => Promise<Answer>): Promise<Answer & { isRepeated: boolean }> {
    if (!KEY.test(sent.key))
      throw new PermanentError(
        'malformed',
        'Idempotency-Key must have 1 to 255 visible ASCII characters. A random UUID is a good one.',
      );
    if (this.underWay >= MAX_AT_ONCE)
      throw new TransientError('unavailable', 'Too many calls with an Idempotency-Key are under way. Send it again.', {
        retryAfterS: 1,
      });
    const { key, caller, request } = sent;
    const call = { key, caller, requestHash: this.secrets.sha256(request) };
    this.underWay += 1;
    try {
      return await this.commit(shopId, call, work);
    } finally {
      this.underWay -= 1;
    }
  }

  private commit(
    shopId: string,
    call: KeyedCall,
    work: () => Promise<Answer>,
  ): Promise<Answer & { isRepeated: boolean }> {
    return this.unitOfWork.together(shopId, async (tx) => {
      const noted = await this.keys.take(tx, call);
      if (noted !== null) return { ...this.repeat(call, noted), isRepeated: true };
      const answer = await work();
      const sealed = this.secrets.seal(JSON.stringify(answer.body ?? null), contextOf(call));
      await this.keys.note(tx, call.key, answer.status, sealed);
      return { ...answer, isRepeated: false };
    });
  }

  private repeat(call: KeyedCall, noted: NotedCall): Answer {
    const isSame = noted.caller === call.caller && Buffer.from(noted.requestHash).equals(call.requestHash);
    if (!isSame)
      throw new PermanentError(
        'idempotency.mismatch',
        'This Idempotency-Key was sent with another call: another address, another body or by somebody else. Give each call a key of its own.',
      );
    return { status: noted.status, body: JSON.parse(this.secrets.open(noted.sealedAnswer, contextOf(call))) };
  }
}

function contextOf({ key, caller }: KeyedCall): string {
  return `answer|${caller}|${key}`;
}
