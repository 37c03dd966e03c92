import { z } from 'zod';
import { isoInstant, listOf, pageQuery } from './list.schema.js';

const OUTCOME_MAX = 500;
const state = z.enum(['open', 'closed']);
const priority = z.enum(['low', 'normal', 'high', 'urgent']);

export const caseQuery = pageQuery.extend({
  state: state.optional(),
  customer: z.uuid().optional().meta({ description: 'Id of the customer.' }),
});

export const caseDocument = z
  .object({
    id: z.uuid(),
    topic: z.string(),
    title: z.string(),
    priority: priority.meta({ description: 'The most urgent one of its notes.' }),
    state,
    customer: z.uuid(),
    order: z.string().nullable().meta({ description: "The sender's id of the order." }),
    run: z.uuid().meta({ description: 'The run that opened it.' }),
    openedAt: isoInstant,
    closedAt: isoInstant.nullable(),
    outcome: z
      .string()
      .nullable()
      .meta({ description: 'How it ended; `merged`: another case of the same person goes on.' }),
    notes: z.array(z.object({ title: z.string(), priority, run: z.uuid(), step: z.string(), at: isoInstant })).meta({
      description: 'Each reason for it. A person has one open case of a topic; further reasons are noted here.',
    }),
  })
  .meta({ id: 'Case' });

export const caseList = listOf(caseDocument, 'CaseList');

export const caseClosing = z
  .strictObject({
    outcome: z.string().trim().min(1).max(OUTCOME_MAX).meta({ description: 'How it ended, e.g. `refunded`.' }),
  })
  .meta({ id: 'CaseClosing' });
