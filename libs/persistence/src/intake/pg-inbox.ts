import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  type ClaimedBody,
  IdPort,
  InboxPort,
  type KeptKey,
  type ReceivedBody,
  senderKeysOf,
  type StoredBody,
  type Transaction,
} from '#app/application';
import { TransientError } from '#app/domain';
import { DataSource } from 'typeorm';
import { pg } from '../connection/pg-unit-of-work.js';
import { queryAlone } from '../connection/query-alone.js';

/** How long a worker may work on a batch before others take it over. */
const LEASE = '60 seconds';
const MAX_NOTE_LENGTH = 500;

const ACCEPT = `select event_id, outcome from app.accept_inbox(
  $1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::bytea[], $6::text[], $7::jsonb[], $8::text[])`;

const CLAIM = `select shop_id, received_at, id, source_id, kind, headers, body, attempts, epoch from app.claim_inbox($1, $2::interval)`;

/**
 * Only while the claim still stands: another worker may have taken the row over after the lease ran out. `is true` keeps PostgreSQL from
 * the index of all that waits, which it believes to hold little where few were claimed when the table was analysed.
 */
const STANDS = `e.epoch = r.epoch and (e.state = 'claimed') is true`;
const SETTLE = `update app.inbox_event e set state = $2, note = r.note, attempts = greatest(e.attempts - $8::smallint, 0),
    lease_until = case when $2 = 'claimed' then app.lease_now() + $7::double precision * interval '1 millisecond' end
  from unnest($3::timestamptz[], $4::uuid[], $5::integer[], $6::text[]) as r (received_at, id, epoch, note)
  where e.shop_id = $1 and e.received_at = r.received_at and e.id = r.id and ${STANDS}`;

const FORGET = `delete from app.inbox_event e using unnest($2::timestamptz[], $3::uuid[], $4::integer[]) as r (received_at, id, epoch)
  where e.shop_id = $1 and e.received_at = r.received_at and e.id = r.id and ${STANDS}`;
const FORGET_KEYS = 'select app.forget_keys($1::uuid[], $2::text[])';

const LAY_ASIDE = `insert into app.dead_letter (shop_id, id, kind, ref_id, code, error, attempts)
  values ($1, $2, 'inbox', $3, $4, $5, $6)
  on conflict (shop_id, kind, ref_id) where state = 'open'
  do update set code = excluded.code, error = excluded.error, attempts = excluded.attempts`;

interface ClaimedRow {
  shop_id: string;
  received_at: Date;
  id: string;
  source_id: string;
  kind: string;
  headers: Record<string, string>;
  body: string;
  attempts: number;
  epoch: number;
}

/** The inbox in PostgreSQL. Storing is one statement in one commit, however many bodies it holds. */
@Injectable()
export class PgInbox extends InboxPort {
  constructor(
    private readonly dataSource: DataSource,
    private readonly ids: IdPort,
  ) {
    super();
  }

  async store(bodies: readonly ReceivedBody[], tx?: Transaction): Promise<StoredBody[]> {
    if (bodies.length === 0) return [];
    const values = this.columnsOf(bodies);
    const rows = tx
      ? await pg(tx).query<{ event_id: string; outcome: StoredBody['outcome'] }>(ACCEPT, values, 'inbox_accept')
      : await queryAlone<{ event_id: string; outcome: StoredBody['outcome'] }>(
          this.dataSource,
          ACCEPT,
          values,
          'inbox_accept',
        );
    return rows.map((row) => ({ eventId: row.event_id, outcome: row.outcome }));
  }

  async claim(limit: number): Promise<ClaimedBody[]> {
    const rows = await queryAlone<ClaimedRow>(this.dataSource, CLAIM, [limit, LEASE], 'inbox_claim');
    return rows.map((row) => ({
      shopId: row.shop_id,
      id: row.id,
      sourceId: row.source_id,
      kind: row.kind,
      headers: row.headers,
      body: row.body,
      receivedAt: row.received_at,
      attempts: row.attempts,
      epoch: row.epoch,
    }));
  }

  async finish(
    tx: Transaction,
    done: readonly { readonly body: ClaimedBody; readonly note: string | null }[],
  ): Promise<void> {
    await settle(
      tx,
      'done',
      done.map(({ body }) => body),
      done.map(({ note }) => note),
    );
  }

  async forget(tx: Transaction, bodies: readonly ClaimedBody[], once: readonly KeptKey[]): Promise<void> {
    const [first] = bodies;
    if (!first) return;
    const keys = [...senderKeysOf(bodies), ...once];
    await pg(tx).run(FORGET_KEYS, [keys.map(({ sourceId }) => sourceId), keys.map(({ key }) => key)]);
    const touched = await pg(tx).run(FORGET, [first.shopId, ...placesOf(bodies)]);
    if (touched < bodies.length) throw takenOver(bodies.length - touched, bodies.length);
  }

  /** The row stays claimed by nobody until the pause is over, like one whose worker died. */
  async release(tx: Transaction, bodies: readonly ClaimedBody[], note: string, pauseMs: number): Promise<void> {
    await settle(
      tx,
      pauseMs > 0 ? 'claimed' : 'new',
      bodies,
      bodies.map(() => note),
      { pauseMs },
    );
  }

  async giveBack(tx: Transaction, bodies: readonly ClaimedBody[]): Promise<void> {
    await settle(
      tx,
      'new',
      bodies,
      bodies.map(() => null),
      { uncounted: 1 },
    );
  }

  async bury(tx: Transaction, body: ClaimedBody, code: string, error: string): Promise<void> {
    const { shopId, id, attempts } = body;
    await settle(tx, 'dead', [body], [error]);
    await pg(tx).run(LAY_ASIDE, [shopId, this.ids.next(), id, code, error.slice(0, MAX_NOTE_LENGTH), attempts]);
  }

  /** One array per parameter; a loop, because this is the hottest path of all. */
  private columnsOf(bodies: readonly ReceivedBody[]): unknown[][] {
    const columns: [string[], string[], string[], string[], Buffer[], string[], string[], string[]] = [
      [],
      [],
      [],
      [],
      [],
      [],
      [],
      [],
    ];
    const [shops, sources, keys, ids, hashes, kinds, headers, texts] = columns;
    for (const { shopId, sourceId, dedupeKey, kind, headers: kept, body } of bodies) {
      shops.push(shopId);
      sources.push(sourceId);
      keys.push(dedupeKey);
      ids.push(this.ids.next());
      hashes.push(createHash('sha256').update(body).digest());
      kinds.push(kind);
      headers.push(JSON.stringify(kept));
      texts.push(body);
    }
    return columns;
  }
}

async function settle(
  tx: Transaction,
  state: 'new' | 'claimed' | 'done' | 'dead',
  bodies: readonly ClaimedBody[],
  notes: readonly (string | null)[],
  { pauseMs = 0, uncounted = 0 } = {},
): Promise<void> {
  const [first] = bodies;
  if (!first) return;
  const touched = await pg(tx).run(SETTLE, [
    first.shopId,
    state,
    ...placesOf(bodies),
    notes.map((note) => note?.slice(0, MAX_NOTE_LENGTH) ?? null),
    pauseMs,
    uncounted,
  ]);
  if (touched < bodies.length) throw takenOver(bodies.length - touched, bodies.length);
}

function placesOf(bodies: readonly ClaimedBody[]): unknown[][] {
  return [
    bodies.map(({ receivedAt }) => receivedAt.toISOString()),
    bodies.map(({ id }) => id),
    bodies.map(({ epoch }) => epoch),
  ];
}

function takenOver(lost: number, of: number): TransientError {
  return new TransientError(
    'conflict',
    `${lost} of ${of} inbox rows were taken over by another worker; this batch is rolled back.`,
  );
}
