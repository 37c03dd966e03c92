import { Injectable } from '@nestjs/common';
import {
  type DomainEvent,
  PermanentError,
  type SurveyAnswer,
  type SurveyDefinition,
  type SurveyScale,
  toInstant,
} from '#app/domain';
import { IdPort } from '../ports/id.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';
import { AnswerStore, type GivenAnswer, type NewAnswer } from './answer-store.port.js';
import { countingAnswer } from './counting-answer.js';

export type AnswerEvent = Extract<DomainEvent, { type: 'survey.answered' }>;

/** An answer event with the ids that intake found for it. */
export interface PlacedAnswer {
  readonly event: AnswerEvent;
  readonly inboxId: string;
  readonly customerId: string | null;
  readonly orderId: string | null;
}

type Asked = Pick<SurveyDefinition, 'metric' | 'scale'>;
export type Surveys = ReadonlyMap<string, SurveyDefinition>;

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Keeps what people answer to surveys, with the scale it was asked on. */
@Injectable()
export class RecordAnswers {
  constructor(
    private readonly answers: AnswerStore,
    private readonly ids: IdPort,
  ) {}

  /** The surveys that answers of these events may name. */
  async surveysOf(
    tx: Transaction,
    events: readonly { readonly type: string; readonly data: object }[],
  ): Promise<Surveys> {
    const keys = events.flatMap((event) =>
      event.type === 'survey.answered' ? [(event.data as SurveyAnswer).survey] : [],
    );
    return keys.length === 0 ? new Map<string, SurveyDefinition>() : this.answers.definitions(tx, [...new Set(keys)]);
  }

  /** Stores answers that `askedOf` has accepted. Of several answers to one invitation one counts, see `countingAnswer`. */
  async record(tx: Transaction, placed: readonly PlacedAnswer[]): Promise<void> {
    if (placed.length === 0) return;
    const surveys = await this.surveysOf(
      tx,
      placed.map(({ event }) => event),
    );
    const added = placed.map((answer) => this.toAnswer(answer, askedOf(answer.event.data, surveys)));
    const given = await this.answers.ofInstances(tx, [...new Set(added.map((answer) => answer.instanceId))]);
    const counting = countingByInstance(given, added);
    await this.answers.save(tx, {
      supersede: given.filter(({ id, superseded }) => !superseded && !counting.has(id)).map(({ id }) => id),
      revive: given.filter(({ id, superseded }) => superseded && counting.has(id)).map(({ id }) => id),
      added: added.map((answer) => ({ ...answer, superseded: !counting.has(answer.id) })),
    });
  }

  private toAnswer({ event, inboxId, customerId, orderId }: PlacedAnswer, { metric, scale }: Asked): NewAnswer {
    const { survey, score, title, comment, instanceId, messageId, channel } = event.data;
    return {
      id: this.ids.next(),
      instanceId: instanceId ?? event.id,
      survey,
      metric,
      score,
      scale,
      title: title ?? null,
      comment: comment ?? null,
      customerId,
      orderId,
      messageId: messageId !== undefined && UUID.test(messageId) ? messageId : null,
      channel: channel ?? null,
      answeredAt: event.occurredAt,
      inboxId,
    };
  }
}

/**
 * What was asked: the survey that a published journey asks, else what the answer says of itself.
 * @throws PermanentError `event.invalid` when neither tells, or when the score isn't on the scale
 */
export function askedOf(answer: SurveyAnswer, surveys: Surveys): Asked {
  const { survey, metric, scale, score } = answer;
  const asked = surveys.get(survey) ?? (metric && scale ? { metric, scale } : undefined);
  if (!asked) {
    throw new PermanentError(
      'event.invalid',
      `Survey '${survey}' is not known: publish a journey that asks it, or send metric and scale.`,
    );
  }
  if (!isOnScale(score, asked.scale)) {
    const { min, max } = asked.scale;
    throw new PermanentError(
      'event.invalid',
      `Score ${score} is not on the scale of survey '${survey}': send a whole number from ${min} to ${max}.`,
    );
  }
  return { metric: asked.metric, scale: asked.scale };
}

function isOnScale(score: number, { min, max }: SurveyScale): boolean {
  return Number.isInteger(score) && score >= min && score <= max;
}

function countingByInstance(given: readonly GivenAnswer[], added: readonly NewAnswer[]): ReadonlySet<string> {
  const all = [
    ...given,
    ...added.map(({ id, instanceId, answeredAt }) => ({ id, instanceId, answeredAt: toInstant(answeredAt) })),
  ];
  const byInstance = new Map<string, typeof all>();
  for (const answer of all) byInstance.set(answer.instanceId, [...(byInstance.get(answer.instanceId) ?? []), answer]);
  return new Set([...byInstance.values()].flatMap((answers) => countingAnswer(answers) ?? []));
}
