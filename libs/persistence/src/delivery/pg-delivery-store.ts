import { Injectable } from '@nestjs/common';
import {
  type ClaimedMessage,
  type ClaimedShops,
  type ClaimRoom,
  DeliveryStore,
  type DueMessage,
  type FenceVerdict,
  type GateFacts,
  type HandOverRecord,
  type NewSuppression,
  type Transaction,
} from '#app/application';
import {
  type CustomerFacts,
  type Json,
  type Medium,
  type MessageClass,
  type SurveyDefinition,
  toIso,
} from '#app/domain';
import type { QueryResultRow } from 'pg';
import { pg } from '../connection/pg-unit-of-work.js';
import { textArray } from '../connection/text-array.js';
import { giveBack } from './spending.js';
import {
  CLAIM,
  FENCE,
  GATE_MESSAGES,
  GATE_PEOPLE,
  GATE_PEOPLE_ALONE,
  LOAD,
  ONE_PLAN,
  RECORD,
  SUPPRESS,
  SUPPRESSED,
} from './delivery.sql.js';

interface ClaimRow extends QueryResultRow {
  readonly shop_id: string;
  readonly id: string;
  readonly epoch: number;
  readonly attempts: number;
  readonly claims_lost: number;
}

interface DueRow extends QueryResultRow {
  readonly id: string;
  readonly epoch: number;
  readonly attempts: number;
  readonly claims_lost: number;
  readonly is_retry: boolean;
  readonly key: string;
  readonly version_id: string;
  readonly run_id: string;
  readonly customer_id: string;
  readonly order_id: string | null;
  readonly medium: Medium;
  readonly class: MessageClass;
  readonly template: string;
  readonly survey: SurveyDefinition | null;
  readonly context: { readonly [name: string]: Json };
  readonly due_at: Date;
  readonly expires_at: Date | null;
  readonly now: Date;
}

interface GateRow extends QueryResultRow {
  readonly id: string;
  readonly epoch: number;
  readonly customer_id: string;
  readonly is_expired: boolean;
  readonly reason: string | null;
  readonly has_run_exited: boolean;
  readonly is_archived: boolean;
  readonly is_held: boolean;
}

@Injectable()
export class PgDeliveryStore extends DeliveryStore {
  async claim(
    tx: Transaction,
    medium: Medium,
    room: ClaimRoom,
    { only, except }: ClaimedShops,
    leaseMs: number,
  ): Promise<ClaimedMessage[]> {
    const values = [medium, room.messages, room.retries, leaseMs, only, except];
    const rows = await pg(tx).query<ClaimRow>(CLAIM, values, 'delivery_claim');
    return rows.map(({ shop_id: shopId, id, epoch, attempts, claims_lost: lost }) => {
      return { shopId, id, epoch, attempts, isSuspect: lost > 0 };
    });
  }

  async load(tx: Transaction, claims: readonly ClaimedMessage[]): Promise<DueMessage[]> {
    const rows = await pg(tx).query<DueRow>(LOAD, [claims.map((claim) => claim.id)], 'delivery_load');
    const byId = new Map(rows.map((row) => [row.id, row]));
    return claims.flatMap((claim) => {
      const row = byId.get(claim.id);
      return row && row.epoch === claim.epoch ? [toDue(row)] : [];
    });
  }

  async gate(tx: Transaction, messages: readonly DueMessage[]): Promise<GateFacts[]> {
    const isCounted = messages.some((message) => message.class !== 'service');
    const customerIds = [...new Set(messages.map((message) => message.customerId))];
    const [, people, rows] = await Promise.all([
      pg(tx).run(ONE_PLAN),
      pg(tx).query<{ asked: string; facts: CustomerFacts }>(
        isCounted ? GATE_PEOPLE_ALONE : GATE_PEOPLE,
        [customerIds],
        isCounted ? 'delivery_gate_people_alone' : 'delivery_gate_people',
      ),
      // runs after the lock, so that it sees what those who held it before have done
      pg(tx).query<GateRow>(GATE_MESSAGES, [messages.map(({ id }) => id)], 'delivery_gate_messages'),
    ]);
    const facts = new Map(people.map((person) => [person.asked, person.facts]));
    const epochs = new Map(messages.map(({ id, epoch }) => [id, epoch]));
    return rows.flatMap((row) => {
      const customer = facts.get(row.customer_id);
      if (!customer || epochs.get(row.id) !== row.epoch) return [];
      return [
        {
          id: row.id,
          customer,
          isExpired: row.is_expired,
          reason: row.reason,
          hasRunExited: row.has_run_exited,
          isArchived: row.is_archived,
          isHeld: row.is_held,
        },
      ];
    });
  }

  async suppressed(
    tx: Transaction,
    medium: Medium,
    fingerprints: readonly string[],
  ): Promise<ReadonlyMap<string, NewSuppression['scope']>> {
    if (fingerprints.length === 0) return new Map();
    const rows = await pg(tx).query<{ fingerprint: string; scope: NewSuppression['scope'] }>(
      SUPPRESSED,
      [medium, fingerprints.map((fingerprint) => Buffer.from(fingerprint, 'hex'))],
      'delivery_suppressed',
    );
    return new Map(rows.map((row) => [row.fingerprint, row.scope]));
  }

  async fence(tx: Transaction, verdicts: readonly FenceVerdict[], leaseMs: number): Promise<ReadonlySet<string>> {
    if (verdicts.length === 0) return new Set();
    const rows = await pg(tx).query<{ id: string }>(
      FENCE,
      [
        JSON.stringify(verdicts.map(verdictRow)),
        leaseMs,
        JSON.stringify(linkRows(verdicts)),
        verdicts.map(({ id }) => id),
        textArray(verdicts.map(({ parcel }) => parcel?.content.text)),
        textArray(verdicts.map(({ parcel }) => parcel?.content.html)),
      ],
      'delivery_fence',
    );
    return new Set(rows.map((row) => row.id));
  }

  async record(tx: Transaction, records: readonly HandOverRecord[]): Promise<ReadonlySet<string>> {
    if (records.length === 0) return new Set();
    // in one order with who notes what providers tell, so that nobody waits in a circle
    const inOrder = records.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const rows = await pg(tx).query<{ id: string; is_untaken: boolean }>(
      RECORD,
      [JSON.stringify(inOrder.map(recordRow)), inOrder.map(({ id }) => id)],
      'delivery_record',
    );
    const untaken = rows.flatMap(({ id, is_untaken: isUntaken }) => (isUntaken ? id : []));
    if (untaken.length > 0) await giveBack(tx, untaken);
    await this.suppress(
      tx,
      records.flatMap(({ suppression }) => suppression ?? []),
    );
    return new Set(rows.map((row) => row.id));
  }

  async suppress(tx: Transaction, suppressions: readonly NewSuppression[]): Promise<void> {
    // in one order everywhere, so that two transactions with the same addresses don't wait for each other in a circle
    const rows = new Map(
      suppressions.map((suppression) => [`${suppression.medium}|${suppression.fingerprint}`, suppression]),
    );
    if (rows.size > 0) await pg(tx).query(SUPPRESS, [JSON.stringify([...rows.values()])], 'delivery_suppress');
  }
}

function toDue(row: DueRow): DueMessage {
  return {
    id: row.id,
    epoch: row.epoch,
    attempts: row.attempts,
    claimsLost: row.claims_lost,
    isRetry: row.is_retry,
    key: row.key,
    versionId: row.version_id,
    runId: row.run_id,
    customerId: row.customer_id,
    orderId: row.order_id,
    medium: row.medium,
    class: row.class,
    template: row.template,
    survey: row.survey,
    context: row.context,
    dueAt: row.due_at.getTime(),
    expiresAt: row.expires_at && row.expires_at.getTime(),
    now: row.now.getTime(),
  };
}

function verdictRow({ id, epoch, state, reason, until, judgement, parcel, deadLetter }: FenceVerdict) {
  return {
    id,
    epoch,
    state,
    reason,
    until: until === null ? null : toIso(until),
    ...parcelColumns(parcel),
    dead_code: deadLetter?.code,
    dead_error: deadLetter?.error,
    ...judgementColumns(judgement),
  };
}

function parcelColumns(parcel: FenceVerdict['parcel']) {
  if (!parcel) return {};
  const { channel, accountId, address, content, contentHash, costMicros } = parcel;
  const { subject, links } = content;
  return {
    channel,
    account_id: accountId,
    address,
    content_hash: contentHash,
    cost_micros: costMicros,
    subject,
    links,
  };
}

function judgementColumns(judgement: FenceVerdict['judgement']) {
  if (!judgement || judgement.type === 'go') return { judgement: judgement?.type };
  const { type, facts } = judgement;
  return { judgement: type, facts };
}

function linkRows(verdicts: readonly FenceVerdict[]) {
  return verdicts.flatMap(({ id, parcel }) =>
    (parcel?.links ?? []).map(({ hash, purpose, expiresAt }) => ({
      message_id: id,
      customer_id: parcel?.customerId,
      hash,
      purpose,
      expires_at: toIso(expiresAt),
    })),
  );
}

function recordRow(record: HandOverRecord) {
  const { attempt, deadLetter } = record;
  return {
    id: record.id,
    epoch: record.epoch,
    state: record.state,
    reason: record.reason,
    delay_ms: record.delayMs,
    is_uncounted: record.isUncounted,
    provider_ref: record.providerRef,
    channel: attempt?.channel,
    account_id: attempt?.accountId,
    phase: attempt?.phase,
    outcome: attempt?.outcome,
    code: attempt?.code,
    detail: attempt?.detail,
    duration_ms: attempt?.durationMs,
    dead_code: deadLetter?.code,
    dead_error: deadLetter?.error,
  };
}
