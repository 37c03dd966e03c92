import type { CustomerFacts, Medium, MessageClass, SurveyDefinition } from '#app/domain';

export interface MessagePlan {
  readonly medium?: Medium;
  readonly class?: MessageClass;
  readonly template?: string;
  readonly survey?: SurveyDefinition | null;
  readonly expiresAt?: string | null;
  readonly dueAt?: string;
  readonly customer?: Partial<CustomerFacts>;
  readonly customerId?: string;
  readonly runEnd?: string;
  /** Of its journey. */
  readonly priority?: number;
}

export interface MessageRow {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly attempts: number;
  readonly epoch: number;
  readonly channel: string | null;
  readonly address: string | null;
  readonly provider_ref: string | null;
  readonly sent_at: Date | null;
  readonly not_before: Date;
  readonly customer_id: string;
}

export const SURVEY: SurveyDefinition = {
  key: 'delivery',
  metric: 'csat',
  scale: { min: 1, max: 5, polarity: 'higher-better', topK: 2 },
  question: { en: 'How was it?', de: 'Wie war es?' },
  anchors: { en: ['bad', 'good'], de: ['schlecht', 'gut'] },
};
