import { Injectable } from '@nestjs/common';
import { HeldMessages, type Transaction } from '#app/application';
import { HOLD_REASONS, MEDIA } from '#app/domain';
import { pg } from '../connection/pg-unit-of-work.js';
import { holdMonth } from './spending.js';

/** In the order of the ids, as everywhere, so that nobody waits in a circle. */
const LOCK = `
select c.id from app.customer c where c.shop_id = app.current_shop() and c.id = any($1::uuid[]) order by c.id for no key update`;

const RELEASE = `
update app.message m set not_before = app.now()
where m.shop_id = app.current_shop() and m.customer_id = any($1::uuid[]) and m.class <> 'service' and m.state = 'queued'
  and m.reason = any($2::text[]) and m.not_before > app.now()`;

const RELEASE_BUDGET = `
update app.message m set not_before = app.now()
where m.shop_id = app.current_shop() and m.state = 'queued' and m.reason = 'shop-budget' and m.not_before > app.now()`;

@Injectable()
export class PgHeldMessages extends HeldMessages {
  async lock(tx: Transaction, customerIds: readonly string[]): Promise<void> {
    await pg(tx).query(LOCK, [customerIds], 'held_lock');
  }

  async release(tx: Transaction, customerIds: readonly string[]): Promise<void> {
    await pg(tx).run(RELEASE, [customerIds, HOLD_REASONS]);
  }

  async releaseBudget(tx: Transaction): Promise<void> {
    // who judges by the budget of before is awaited
    for (const medium of MEDIA) await holdMonth(tx, medium);
    await pg(tx).run(RELEASE_BUDGET);
  }
}
