import { Injectable } from '@nestjs/common';
import { MessageDesk, type Settlement, type Transaction } from '#app/application';
import { pg } from '../connection/pg-unit-of-work.js';
import { giveBack } from './spending.js';

const STATE: Readonly<Record<Settlement, string>> = { sent: 'sent', failed: 'failed', resend: 'queued' };

/** Every decision raises the epoch: an outcome of the earlier hand-over that arrives afterwards changes nothing. */
@Injectable()
export class PgMessageDesk extends MessageDesk {
  async settle(tx: Transaction, id: string, settlement: Settlement, note: string): Promise<boolean> {
    const touched = await pg(tx).run(
      `update app.message m set state = $2, reason = $3, epoch = m.epoch + 1, lease_until = null,
         sent_at = case when $2 = 'sent' then app.now() else m.sent_at end,
         not_before = case when $2 = 'queued' then app.now() else m.not_before end,
         doubt_answer = coalesce(m.doubt_answer, 'not-asked'),
         attempts = case when $2 = 'queued' then 0 else m.attempts end
       where m.shop_id = app.current_shop() and m.id = $1 and m.state = 'unknown'`,
      [id, STATE[settlement], `settled as ${settlement}: ${note}`],
    );
    if (touched > 0 && settlement !== 'sent') await giveBack(tx, [id]);
    return touched > 0;
  }
}
