import { Injectable } from '@nestjs/common';
import { type LoginLimit, LoginThrottle, type Transaction } from '#app/application';
import { pg } from '../connection/pg-unit-of-work.js';

@Injectable()
export class PgLoginThrottle extends LoginThrottle {
  async count(tx: Transaction, limits: readonly LoginLimit[], windowSeconds: number): Promise<number> {
    const [row] = await pg(tx).query<{ wait: number }>(
      'select app.count_login($1::bytea[], $2::integer[], make_interval(secs => $3)) as wait',
      [limits.map(({ key }) => key), limits.map(({ maxTries }) => maxTries), windowSeconds],
    );
    return row?.wait ?? 0;
  }

  async forget(tx: Transaction, key: Uint8Array): Promise<void> {
    await pg(tx).run('select app.forget_logins(array[$1::bytea])', [key]);
  }
}
