import { Injectable } from '@nestjs/common';
import { type DoubtfulMessage, DoubtStore, type DoubtVerdict, type Transaction } from '#app/application';
import type { Medium } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { pg } from '../connection/pg-unit-of-work.js';

interface DoubtRow extends QueryResultRow {
  readonly id: string;
  readonly epoch: number;
  readonly medium: Medium;
  readonly channel: string | null;
  readonly account_id: string | null;
  readonly address: string | null;
  readonly text: string | null;
  readonly handed_at: Date;
  readonly is_told: boolean;
  readonly may_be_resent: boolean;
}

@Injectable()
export class PgDoubtStore extends DoubtStore {
  async list(tx: Transaction, quarantineMs: number, limit: number): Promise<{ shopId: string; id: string }[]> {
    const rows = await pg(tx).query<{ shop_id: string; id: string }>(
      `select shop_id, id from app.doubtful_messages(app.now() - $1::double precision * interval '1 millisecond', $2)`,
      [quarantineMs, limit],
    );
    return rows.map(({ shop_id: shopId, id }) => ({ shopId, id }));
  }

  async load(tx: Transaction, id: string): Promise<DoubtfulMessage | undefined> {
    const [row] = await pg(tx).query<DoubtRow>(
      `select m.id, m.epoch, m.medium, m.channel, m.account_id, m.address, c.text, m.handed_at, s.message_id is not null as is_told,
         m.unknown_policy = 'resend_once' and (m.expires_at is null or m.expires_at > app.now()) as may_be_resent
       from app.message m left join app.message_content c on c.shop_id = m.shop_id and c.message_id = m.id
       left join app.message_status s on s.shop_id = m.shop_id and s.message_id = m.id
       where m.shop_id = app.current_shop() and m.id = $1 and m.state = 'unknown' and m.doubt_answer is null`,
      [id],
    );
    if (!row) return undefined;
    const {
      epoch,
      medium,
      channel,
      account_id: accountId,
      address: to,
      text,
      handed_at: handedAt,
      is_told: isTold,
      may_be_resent: mayBeResent,
    } = row;
    return { id, epoch, medium, channel, accountId, to, text, handedAt: handedAt.getTime(), isTold, mayBeResent };
  }

  async settle(tx: Transaction, { id, epoch }: DoubtfulMessage, verdict: DoubtVerdict): Promise<boolean> {
    const touched = await pg(tx).run(
      `update app.message m set doubt_answer = $4,
         state = case $3 when 'held' then m.state else $3 end,
         reason = case $3 when 'held' then m.reason when 'sent' then 'found-at-provider' else 'sent-again-in-doubt' end,
         provider_ref = coalesce($5, m.provider_ref),
         sent_at = case when $3 = 'sent' then m.handed_at else m.sent_at end,
         not_before = case when $3 = 'queued' then app.now() else m.not_before end
       where m.shop_id = app.current_shop() and m.id = $1 and m.epoch = $2 and m.state = 'unknown' and m.doubt_answer is null`,
      [id, epoch, verdict.state, verdict.answer, verdict.state === 'sent' ? verdict.providerRef : null],
    );
    return touched > 0;
  }
}
