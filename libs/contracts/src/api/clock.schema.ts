import { isDuration } from '#app/domain';
import { z } from 'zod';
import { isoInstant } from './list.schema.js';

export const clockDocument = z.object({ now: isoInstant }).meta({ id: 'Clock' });

const duration = z.string().max(40).refine(isDuration, { error: 'must be an ISO 8601 duration; write e.g. P3D' });

const step = duration
  .meta({
    description:
      'Stop only at whole multiples of this, counted from the start: what falls due in between is done at the next stop, late by as much. Faster where much falls due. Left out: stop at each due time.',
    example: 'PT15M',
  })
  .optional();

export const clockAdvance = z
  .union(
    [
      z.strictObject({ to: z.iso.datetime({ offset: true }).meta({ description: 'The time to reach.' }), step }),
      z.strictObject({ by: duration.meta({ description: 'How far to go.', example: 'P3D' }), step }),
    ],
    { error: 'must be {"to": "2026-01-31T09:30:00Z"} or {"by": "P3D"}' },
  )
  .meta({ id: 'ClockAdvance' });
