import { Injectable } from '@nestjs/common';
import { IdempotencyKeys, type KeyedCall, type NotedCall, type Transaction } from '#app/application';
import { TransientError } from '#app/domain';
import { isLockTimeout, pg } from '../connection/pg-unit-of-work.js';

/** For the call that has the key and is under way. */
const WAIT_MS = 2_000;
/** SQL of how long an answer is given again. */
export const ANSWER_KEPT = "interval '48 hours'";

const TAKE = `insert into app.idempotency_key as k (shop_id, key, caller, request_hash) values (app.current_shop(), $1, $2, $3)
  on conflict (shop_id, key) do update set caller = excluded.caller, request_hash = excluded.request_hash, status = null, answer = null,
    created_at = excluded.created_at where k.created_at < app.lease_now() - ${ANSWER_KEPT}`;

@Injectable()
export class PgIdempotencyKeys extends IdempotencyKeys {
  async take(tx: Transaction, { key, caller, requestHash }: KeyedCall): Promise<NotedCall | null> {
    await pg(tx).run(`set local lock_timeout = ${WAIT_MS}`);
    const taken = await pg(tx)
      .run(TAKE, [key, caller, requestHash])
      .catch((error: unknown) => {
        throw isLockTimeout(error) ? inProgress(error) : error;
      });
    await pg(tx).run('set local lock_timeout to default');
    if (taken > 0) return null;
    const [row] = await pg(tx).query<{ caller: string; request_hash: Buffer; status: number; answer: string }>(
      'select caller, request_hash, status, answer from app.idempotency_key where key = $1',
      [key],
    );
    if (row === undefined) throw inProgress(undefined);
    return { caller: row.caller, requestHash: row.request_hash, status: row.status, sealedAnswer: row.answer };
  }

  async note(tx: Transaction, key: string, status: number, sealedAnswer: string): Promise<void> {
    await pg(tx).run('update app.idempotency_key set status = $2, answer = $3 where key = $1', [
      key,
      status,
      sealedAnswer,
    ]);
  }
}

function inProgress(cause: unknown): TransientError {
  return new TransientError(
    'idempotency.in_progress',
    'The call that was sent first with this Idempotency-Key is still under way. Send it again in a moment: it gets the same answer.',
    { cause, retryAfterS: 2 },
  );
}
