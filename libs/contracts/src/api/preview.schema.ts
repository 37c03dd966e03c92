import { z } from 'zod';

const settings = z.record(z.string(), z.unknown());

export const sampleList = z
  .object({
    items: z.array(
      z
        .object({
          name: z.string(),
          title: z.string(),
          facts: z.record(z.string(), z.unknown()).meta({ description: 'What templates see of customer and order.' }),
          event: z
            .object({ type: z.string(), data: z.unknown() })
            .nullable()
            .meta({ description: 'The event that the person enters by; null: any of the trigger.' }),
          settings: settings.meta({ description: 'Settings that a shop would fill in.' }),
        })
        .meta({ id: 'Sample' }),
    ),
  })
  .meta({ id: 'SampleList' });

export const previewRequest = z
  .strictObject({
    sample: z.string().min(1).max(64).optional().meta({ description: 'Name of a sample.' }),
    customer: z.uuid({ error: 'must be the id of a customer (a UUID)' }).optional(),
    order: z.string().min(1).max(255).optional().meta({ description: "The sender's id of an order of the customer." }),
    version: z.number().int().min(1).optional().meta({ description: 'The latest when left out, published or not.' }),
    step: z.string().min(1).max(64).optional().meta({ description: 'All steps that send when left out.' }),
    locale: z.string().min(2).max(35).optional().meta({ description: "The person's own when left out." }),
  })
  .refine(({ sample, customer }) => (sample === undefined) !== (customer === undefined), {
    error: 'needs either a sample or a customer',
    path: ['sample'],
  })
  .meta({ id: 'PreviewRequest' });

const text = z.string().nullable();

export const messagePreview = z
  .object({
    journey: z.string(),
    version: z.number().int(),
    messages: z
      .array(
        z.object({
          step: z.string(),
          template: z.string(),
          channels: z.array(z.enum(['email', 'sms'])),
          locale: text,
          subject: text,
          text,
          html: text,
          sms: text,
          problem: text.meta({ description: 'Why it can not be written.' }),
        }),
      )
      .meta({ description: 'In the order of the steps.' }),
  })
  .meta({ id: 'MessagePreview' });
