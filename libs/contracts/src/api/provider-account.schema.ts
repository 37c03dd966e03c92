import { MEDIA } from '#app/domain';
import { z } from 'zod';
import { isoInstant, listOf } from './list.schema.js';
import { displayName } from './shop.schema.js';

const MAX_PER_DAY = 100_000_000;

const medium = z.enum(MEDIA);
const jsonObject = z.record(z.string(), z.unknown());
const weight = z.number().int().min(1).max(100).meta({
  description:
    'Its share of the messages beside those of the other accounts: 3 and 1 are three quarters and one quarter.',
});
const perSecond = z
  .number()
  .min(0.01)
  .max(10_000)
  .nullable()
  .meta({ description: 'Hand-overs a second at most, of all workers together; null: any number.' });
const perDay = z
  .number()
  .int()
  .min(1)
  .max(MAX_PER_DAY)
  .nullable()
  .meta({ description: 'Hand-overs a day (UTC) at most; null: any number.' });
const warmUp = z
  .strictObject({
    from: z.iso.date().meta({ description: 'The first day (UTC).' }),
    first: z.number().int().min(1).max(1_000_000).meta({ description: 'Hand-overs on that day.' }),
    factor: z.number().min(1).max(10).default(1.5).meta({ description: 'Each day so many times the day before.' }),
  })
  .nullable()
  .meta({ description: 'A sender that nobody knows begins with few messages, and grows from day to day.' });
const settings = jsonObject.meta({
  description:
    'As the schema of the kind in GET /api/v1/channel-kinds says. Stored encrypted and never shown: `leadsTo` tells where they lead.',
});

export const newProviderAccount = z
  .strictObject({
    medium,
    channel: z
      .string()
      .min(1)
      .max(64)
      .meta({ description: 'A code of GET /api/v1/channel-kinds.', example: 'email-smtp' }),
    name: displayName,
    settings,
    weight: weight.default(1),
    perSecond: perSecond.default(null),
    perDay: perDay.default(null),
    warmUp: warmUp.default(null),
  })
  .meta({ id: 'NewProviderAccount' });

export const providerAccountChange = z
  .strictObject({ name: displayName, settings, weight, perSecond, perDay, warmUp, paused: z.boolean() })
  .partial()
  .refine((change) => Object.keys(change).length > 0, {
    error: 'names nothing to change; send name, settings, weight, perSecond, perDay, warmUp or paused',
  })
  .meta({ id: 'ProviderAccountChange' });

export const providerAccountDocument = z
  .object({
    id: z.uuid(),
    medium,
    channel: z.string(),
    name: z.string(),
    leadsTo: z.string().meta({ description: 'Where it leads and who it is, without its secrets.' }),
    weight,
    perSecond,
    perDay,
    warmUp,
    paused: z
      .boolean()
      .meta({ description: 'Nothing goes by it. While all accounts of a medium are paused, its messages wait.' }),
    handedToday: z.number().int().meta({ description: 'Today (UTC); counted only where it has a limit.' }),
    createdAt: isoInstant,
  })
  .meta({ id: 'ProviderAccount' });

export const providerAccountList = listOf(providerAccountDocument, 'ProviderAccountList');

export const channelKindList = listOf(
  z
    .object({
      code: z.string(),
      title: z.string(),
      media: z.array(medium),
      settings: jsonObject.meta({ description: 'JSON Schema of the settings of an account.' }),
    })
    .meta({ id: 'ChannelKind' }),
  'ChannelKindList',
);
