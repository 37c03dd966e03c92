import { Injectable } from '@nestjs/common';
import { AnswerStore, type GivenAnswer, type NewAnswer, type Transaction } from '#app/application';
import type { SurveyDefinition } from '#app/domain';
import { pg } from '../connection/pg-unit-of-work.js';

const MARK = 'update app.survey_answer set superseded = $2 where id = any($1::uuid[])';

const ADD = `
  insert into app.survey_answer (shop_id, id, instance_id, survey_key, metric, score, scale, title, comment, customer_id, order_id,
    message_id, channel, answered_at, superseded, inbox_id)
  select app.current_shop(), r."id", r."instanceId", r."survey", r."metric", r."score", r."scale", r."title", r."comment", r."customerId",
    r."orderId", r."messageId", r."channel", r."answeredAt", r."superseded", r."inboxId"
  from jsonb_to_recordset($1::jsonb) as r ("id" uuid, "instanceId" text, "survey" text, "metric" text, "score" smallint, "scale" jsonb,
    "title" text, "comment" text, "customerId" uuid, "orderId" uuid, "messageId" uuid, "channel" text, "answeredAt" timestamptz,
    "superseded" boolean, "inboxId" uuid)`;

@Injectable()
export class PgAnswerStore extends AnswerStore {
  async definitions(tx: Transaction, keys: readonly string[]): Promise<ReadonlyMap<string, SurveyDefinition>> {
    const rows = await pg(tx).query<{ key: string; definition: SurveyDefinition }>(
      'select key, definition from app.survey where key = any($1::text[])',
      [keys],
      'answers_definitions',
    );
    return new Map(rows.map((row) => [row.key, row.definition]));
  }

  async ofInstances(tx: Transaction, instanceIds: readonly string[]): Promise<GivenAnswer[]> {
    const rows = await pg(tx).query<{ id: string; instance_id: string; answered_at: Date; superseded: boolean }>(
      'select id, instance_id, answered_at, superseded from app.survey_answer where instance_id = any($1::text[])',
      [instanceIds],
      'answers_of_instances',
    );
    return rows.map(({ id, instance_id, answered_at, superseded }) => ({
      id,
      instanceId: instance_id,
      answeredAt: answered_at.getTime(),
      superseded,
    }));
  }

  async save(
    tx: Transaction,
    changes: {
      readonly supersede: readonly string[];
      readonly revive: readonly string[];
      readonly added: readonly (NewAnswer & { readonly superseded: boolean })[];
    },
  ): Promise<void> {
    // In this order: at no moment do two answers of one invitation count.
    if (changes.supersede.length > 0) await pg(tx).run(MARK, [changes.supersede, true]);
    if (changes.revive.length > 0) await pg(tx).run(MARK, [changes.revive, false]);
    if (changes.added.length > 0) await pg(tx).query(ADD, [JSON.stringify(changes.added)], 'answers_add');
  }
}
