import { isDuration } from '#app/domain';
import { z } from 'zod';
import { isoInstant } from './list.schema.js';

export const clockDocument = z.object({ now: isoInstant }).meta({ id: 'Clock' });

export const clockAdvance = z
  .union(
    [
      z.strictObject({ to: z.iso.datetime({ offset: true }).meta({ description: 'The time to reach.' }) }),
      z.strictObject({
        by: z
          .string()
          .max(40)
          .refine(isDuration, { error: 'must be an ISO 8601 duration; write e.g. P3D' })
          .meta({ description: 'How far to go.', example: 'P3D' }),
      }),
    ],
    { error: 'must be {"to": "2026-01-31T09:30:00Z"} or {"by": "P3D"}' },
  )
  .meta({ id: 'ClockAdvance' });
