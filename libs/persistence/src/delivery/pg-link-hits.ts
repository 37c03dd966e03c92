import { Injectable } from '@nestjs/common';
import { type HitMessage, type LinkHit, LinkHits, type Transaction } from '#app/application';
import type { Medium } from '#app/domain';
import type { QueryResultRow } from 'pg';
import { pg } from '../connection/pg-unit-of-work.js';

interface HitRow extends QueryResultRow {
  readonly id: string;
  readonly position: number;
  readonly at: Date;
  readonly seen_at: Date;
  readonly is_robot: boolean;
}

interface MessageRow extends QueryResultRow {
  readonly medium: Medium;
  readonly handed_at: Date | null;
  readonly links: readonly string[] | null;
}

/** Each is compared with all: whoever follows a link for hours takes no more of a worker than this. */
const MAX_HITS = 1_000;

@Injectable()
export class PgLinkHits extends LinkHits {
  async destination(tx: Transaction, messageId: string, position: number): Promise<string | undefined> {
    const [row] = await pg(tx).query<{ url: string | null }>(
      `select c.links->>$2::integer as url from app.message_content c where c.shop_id = app.current_shop() and c.message_id = $1`,
      [messageId, position],
      'link_destination',
    );
    return row?.url ?? undefined;
  }

  async add(
    tx: Transaction,
    hit: { readonly messageId: string; readonly position: number; readonly agent: string; readonly isRobot: boolean },
  ): Promise<void> {
    await pg(tx).run(
      'insert into app.link_hit (shop_id, message_id, position, agent, is_robot) values (app.current_shop(), $1, $2, $3, $4)',
      [hit.messageId, hit.position, hit.agent, hit.isRobot],
    );
  }

  async unjudged(tx: Transaction, quietMs: number, limit: number): Promise<{ shopId: string; messageId: string }[]> {
    const rows = await pg(tx).query<{ shop_id: string; message_id: string }>(
      `select * from app.unjudged_hits($1::double precision * interval '1 millisecond', $2)`,
      [quietMs, limit],
      'link_hits_unjudged',
    );
    return rows.map(({ shop_id: shopId, message_id: messageId }) => ({ shopId, messageId }));
  }

  async load(tx: Transaction, messageId: string): Promise<HitMessage> {
    const hits = await pg(tx).query<HitRow>(
      `select h.id, h.position, h.at, h.seen_at, h.is_robot from app.link_hit h
       where h.shop_id = app.current_shop() and h.message_id = $1 and h.seen_at >= (select min(u.seen_at) from app.link_hit u
         where u.shop_id = app.current_shop() and u.message_id = $1 and u.is_machine is null) - interval '3 seconds'
       order by h.seen_at, h.id limit $2 for update`,
      [messageId, MAX_HITS],
    );
    const [message] = await pg(tx).query<MessageRow>(
      `select m.medium, m.handed_at, c.links from app.message m
       left join app.message_content c on c.shop_id = m.shop_id and c.message_id = m.id
       where m.shop_id = app.current_shop() and m.id = $1`,
      [messageId],
    );
    return {
      medium: message?.medium ?? 'email',
      handedAt: message?.handed_at?.getTime() ?? null,
      links: message?.links ?? [],
      hits: hits.map(({ id, position, at, seen_at: seenAt, is_robot: isRobot }) => {
        return { id, position, at: at.getTime(), seenAt: seenAt.getTime(), isRobot };
      }),
    };
  }

  async judge(tx: Transaction, hits: readonly LinkHit[], machines: ReadonlySet<string>): Promise<void> {
    await pg(tx).run(
      `update app.link_hit set is_machine = id = any($2::uuid[])
       where shop_id = app.current_shop() and id = any($1::uuid[]) and is_machine is distinct from (id = any($2::uuid[]))`,
      [hits.map(({ id }) => id), [...machines]],
    );
  }
}
