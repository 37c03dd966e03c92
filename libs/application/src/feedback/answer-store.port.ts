import type { Instant, IsoInstant, SurveyDefinition, SurveyScale } from '#app/domain';
import type { Transaction } from '../ports/unit-of-work.port.js';

export interface NewAnswer {
  readonly id: string;
  readonly instanceId: string;
  readonly survey: string;
  readonly metric: 'nps' | 'csat' | 'ces';
  readonly score: number;
  readonly scale: SurveyScale;
  readonly title: string | null;
  readonly comment: string | null;
  readonly customerId: string | null;
  readonly orderId: string | null;
  readonly messageId: string | null;
  readonly channel: string | null;
  readonly answeredAt: IsoInstant;
  readonly inboxId: string;
}

/** An answer that is stored, as far as it decides which one of its invitation counts. */
export interface GivenAnswer {
  readonly id: string;
  readonly instanceId: string;
  readonly answeredAt: Instant;
  readonly superseded: boolean;
}

/** Answers to surveys, and the surveys that published journeys ask. */
export abstract class AnswerStore {
  /** Definitions by survey key. */
  abstract definitions(tx: Transaction, keys: readonly string[]): Promise<ReadonlyMap<string, SurveyDefinition>>;

  abstract ofInstances(tx: Transaction, instanceIds: readonly string[]): Promise<GivenAnswer[]>;

  /** Marks stored answers as (not) superseded and adds new ones. */
  abstract save(
    tx: Transaction,
    changes: {
      readonly supersede: readonly string[];
      readonly revive: readonly string[];
      readonly added: readonly (NewAnswer & { readonly superseded: boolean })[];
    },
  ): Promise<void>;
}
