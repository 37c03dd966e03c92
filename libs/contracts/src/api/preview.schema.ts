import { MEDIA, MESSAGE_CLASSES } from '#app/domain';
import { z } from 'zod';
import { emailAddress } from '../event/wire-text.schema.js';
import { pricedText } from './priced-text.schema.js';

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

const written = {
  sample: z.string().min(1).max(64).optional().meta({ description: 'Name of a sample.' }),
  customer: z.uuid({ error: 'must be the id of a customer (a UUID)' }).optional(),
  email: emailAddress.optional().meta({ description: 'An address of a customer.' }),
  order: z.string().min(1).max(255).optional().meta({
    description: "The sender's id of an order of the customer; alone, it names the customer too.",
  }),
  version: z.number().int().min(1).optional().meta({ description: 'The latest when left out, published or not.' }),
  locale: z.string().min(2).max(35).optional().meta({ description: "The person's own when left out." }),
};
const step = z.string().min(1).max(64);
interface Subject {
  readonly sample?: string | undefined;
  readonly customer?: string | undefined;
  readonly email?: string | undefined;
  readonly order?: string | undefined;
}
const hasOneSubject = ({ sample, customer, email, order }: Subject): boolean => {
  const named = [sample, customer, email].filter((one) => one !== undefined).length;
  return named === 1 || (named === 0 && order !== undefined);
};
const ONE_SUBJECT = { error: 'needs one of a sample, a customer, an email or an order', path: ['sample'] };

export const previewRequest = z
  .strictObject({ ...written, step: step.optional().meta({ description: 'All steps that send when left out.' }) })
  .refine(hasOneSubject, ONE_SUBJECT)
  .meta({ id: 'PreviewRequest' });

export const testRequest = z
  .strictObject({
    ...written,
    step: step.meta({ description: 'The step whose message is sent.' }),
    medium: z.enum(MEDIA),
    to: z.string().trim().min(3).max(254).meta({
      description:
        'The address of a member, or one of TEST_ADDRESSES; any address while the medium is captured, for then nothing leaves.',
      example: 'you@example.com',
    }),
  })
  .refine(hasOneSubject, ONE_SUBJECT)
  .meta({ id: 'TestRequest' });

const text = z.string().nullable();

export const messagePreview = z
  .object({
    journey: z.string(),
    version: z.number().int(),
    class: z.enum(MESSAGE_CLASSES).meta({ description: 'Of all messages of the journey.' }),
    messages: z
      .array(
        z.object({
          step: z.string(),
          template: z.string(),
          channels: z.array(z.enum(MEDIA)),
          locale: text,
          subject: text,
          text,
          html: text,
          sms: text,
          whatsapp: text,
          approved: z
            .object({
              sid: z.string().meta({ description: "The provider's name for the words." }),
              values: z.array(z.string()).meta({ description: 'What it fills them with, in their order.' }),
            })
            .nullable()
            .meta({ description: 'Of what `whatsapp` is made; null where its words are free.' }),
          problem: text.meta({ description: 'Why it can not be written.' }),
          smsParts: pricedText
            .nullable()
            .meta({ description: 'How networks would carry the text message; each part is billed like a message.' }),
          htmlBytes: z.number().int().nullable().meta({ description: 'Of the HTML part. Gmail shows 104448.' }),
          gaps: z
            .array(
              z.object({
                place: z.string().meta({ description: 'Field of the template.' }),
                placeholder: z.string(),
                fallback: text.meta({ description: 'What its `default` prints instead; null: it prints nothing.' }),
              }),
            )
            .meta({ description: 'Facts that are not known here.' }),
          warnings: z
            .array(z.object({ code: z.string(), place: text, message: z.string() }))
            .meta({ description: 'What the checker says of a message that reads so.' }),
        }),
      )
      .meta({ description: 'In the order of the steps.' }),
  })
  .meta({ id: 'MessagePreview' });

export const sentTest = z
  .object({
    journey: z.string(),
    version: z.number().int(),
    step: z.string(),
    template: z.string(),
    locale: text,
    channel: z.string().meta({ example: 'capture' }),
    outcome: z.enum(['sent', 'permanent', 'transient', 'provider_down', 'unknown']).meta({
      description: 'What the channel said: `permanent` is a refusal, `unknown` may have gone out.',
    }),
    code: text.meta({ description: "The provider's code." }),
    detail: text,
    subject: text.meta({ description: 'As it was sent, marked as a test.' }),
    text: z.string(),
    html: text,
    sms: pricedText.nullable().meta({ description: 'Of a text message.' }),
    approval: z
      .object({
        status: z.string().meta({ description: "The provider's word.", example: 'approved' }),
        category: text.meta({ description: 'As which kind of message it goes.', example: 'UTILITY' }),
        warning: text.meta({ description: 'What is wrong with that for this journey.' }),
      })
      .nullable()
      .meta({ description: 'Of approved words on WhatsApp, where the provider could be asked.' }),
  })
  .meta({ id: 'SentTest' });
