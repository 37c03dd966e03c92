import { addDuration, isDuration, MAX_REST_DAYS, MEDIA } from '#app/domain';
import { z } from 'zod';

const MAX_LIMIT = 100;
const MAX_CEILING = 100_000_000;
const DAY_MS = 86_400_000;

const clockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'must be a time of day such as 08:00' })
  .meta({ example: '08:00' });

const hours = z
  .strictObject({ from: clockTime, to: clockTime })
  .refine(({ from, to }) => from !== to, { error: 'from and to must differ; send null for any hour' });

const rest = z
  .string()
  .refine(isDuration, { error: 'must be an ISO 8601 duration; write e.g. P2D for two days, or null for none' })
  .refine((text) => !isDuration(text) || addDuration(0, text, 'UTC') <= MAX_REST_DAYS * DAY_MS, {
    error: 'must be at most a year',
  })
  .meta({ example: 'P2D' });

const limit = z
  .int({ error: 'must be a whole number, or null for no limit' })
  .min(1, { error: 'must be at least 1; send null for no limit' })
  .max(MAX_LIMIT);

const ceiling = z
  .int({ error: 'must be a whole number; leave it out for no ceiling' })
  .min(1, { error: 'must be at least 1; leave it out for no ceiling' })
  .max(MAX_CEILING);

const monthBudget = z
  .strictObject({
    messages: ceiling.optional().meta({ description: 'How many.' }),
    cost: z
      .int({ error: 'must be a whole number of the smallest unit of the currency; leave it out for no limit' })
      .min(1, { error: 'must be at least 1; leave it out for no limit' })
      .max(MAX_CEILING)
      .optional()
      .meta({
        description:
          "What they may cost, in the smallest unit of the shop's currency: 20000 is 200 euros, or 20000 yen.",
      }),
  })
  .refine(({ messages, cost }) => messages !== undefined || cost !== undefined, {
    error: 'must name messages, cost or both',
  })
  .meta({ id: 'MonthBudget' });

const rules = z.strictObject({
  hours: hours.nullable().meta({ description: "Local hours in which messages go out, in the customer's zone." }),
  serviceTextsInHours: z
    .boolean()
    .meta({ description: 'Texts of service keep to the hours as well. Mails of service go out at any hour.' }),
  urgentTextsAnytime: z.boolean().meta({
    description: 'But for texts about an order that is out for delivery, or that could not be delivered.',
  }),
  perDay: limit.nullable().meta({ description: 'Feedback, review and marketing messages to one customer a day.' }),
  marketingPer7Days: limit.nullable().meta({ description: 'Marketing messages to one customer in any seven days.' }),
  marketingRestAfterAnswer: rest.nullable().meta({ description: 'No marketing for so long after a survey answer.' }),
  npsRestAfterInvitation: rest.nullable().meta({ description: 'Between two NPS questions.' }),
  npsRestAfterAnswer: rest.nullable().meta({ description: 'From an NPS answer until the next NPS question.' }),
  surveyRest: rest.nullable().meta({ description: 'Until the same CSAT or CES survey is asked again.' }),
  surveysPer30Days: limit.nullable().meta({ description: 'CSAT and CES questions in any thirty days.' }),
  surveyRestAfterCase: rest.nullable().meta({ description: 'No survey for so long after a case was opened.' }),
  reviewRest: rest.nullable().meta({ description: 'Between the review requests of two runs.' }),
  doubleRestAfterIgnored: limit
    .nullable()
    .meta({ description: 'Questions, or review requests, in a row without an answer that double the rest.' }),
  reminderRest: rest.nullable().meta({ description: 'From a question or a review request to its reminder.' }),
  moodGuard: z.boolean().meta({ description: 'Marketing waits while something is wrong for the customer.' }),
  reviewGuard: z.boolean().meta({ description: 'Review requests wait while the order or its return is under way.' }),
  shopPerDay: z
    .strictObject({ email: ceiling.optional(), sms: ceiling.optional(), whatsapp: ceiling.optional() })
    .nullable()
    .meta({
      description:
        'Messages handed over to all customers in a day of the shop, by medium. Beyond it all but service messages wait for the next day.',
      example: { email: 20_000, sms: 500 },
    }),
  shopPerMonth: z
    .partialRecord(z.enum(MEDIA), monthBudget)
    .nullable()
    .meta({
      description:
        'What messages to all customers may come to in a calendar month of the shop, by medium. Beyond it all but service messages wait for the next month.',
      example: { sms: { messages: 5_000, cost: 20_000 } },
    }),
});

export const contactRulesChange = rules
  .partial()
  .meta({ id: 'ContactRulesChange', description: 'The rules named change; null switches one off.' });

export const contactRulesDocument = rules.meta({
  id: 'ContactRules',
  description:
    'How much is asked of one customer, over all journeys. Service messages are outside all of them, but for the hours of texts.',
});
