import { z } from 'zod';
import { story } from './list.schema.js';

export const journeyFinding = z
  .object({
    code: z.string(),
    severity: z.enum(['error', 'warning']),
    pointer: z.string().meta({ description: 'Place in the document, a JSON pointer.' }),
    message: z.string().meta({ description: 'What is wrong and what to do.' }),
    outcome: z.string().meta({ description: 'What the engine did in the story.' }),
    story: story.meta({ description: 'A short story of one person; played in the engine it breaks the rule.' }),
    against: story
      .nullable()
      .meta({ description: 'The same story with another score, where the two must not differ.' }),
  })
  .meta({ id: 'JourneyFinding' });

export const journeyCheck = z
  .object({
    key: z.string(),
    publishable: z.boolean().meta({ description: 'False when a finding is an error.' }),
    findings: z.array(journeyFinding),
  })
  .meta({ id: 'JourneyCheck' });
