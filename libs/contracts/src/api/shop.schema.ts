import { isTimeZone, MEDIA } from '#app/domain';
import { z } from 'zod';
import { emailAddress } from '../event/wire-text.schema.js';
import { contactRulesChange, contactRulesDocument } from './contact-rules.schema.js';

const NAME_MAX = 120;

/** A name that people see: no control characters, nothing invisible around it. */
export const displayName = z
  .string()
  .trim()
  .min(1)
  .max(NAME_MAX)
  .regex(/^[^\p{Cc}]*$/u, { error: 'must not hold control characters' });

const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, { error: 'must be an IANA time zone; write e.g. Europe/Paris' })
  .meta({ description: 'IANA time zone.', example: 'Europe/Paris' });
const currency = z
  .string()
  .refine(isCurrency, { error: 'must be an ISO 4217 currency; write e.g. EUR' })
  .meta({ description: 'ISO 4217.', example: 'EUR' });
const locale = z
  .string()
  .max(35)
  .refine(isLocale, { error: 'must be a BCP 47 language tag; write e.g. en or fr-CA' })
  .meta({ description: 'BCP 47 language tag.', example: 'en' });

const resendUnknown = z.array(z.enum(MEDIA)).max(MEDIA.length).meta({
  description:
    'Media in which a service message is sent once more when nobody can know whether the provider took it: at least once instead of at most once. Other classes are never sent twice.',
});

const DOUBLE_OPT_IN =
  'Media in which an opt-in that a sender tells counts once the person has confirmed it: until then it is pending. The preset confirm-subscription asks for it.';
const doubleOptIn = z.array(z.enum(MEDIA)).meta({ description: DOUBLE_OPT_IN });
const confirmable = z.enum(MEDIA).exclude(['whatsapp'], {
  error:
    'must be email or sms; WhatsApp carries nothing before an opt-in, so nobody could be asked there to confirm it',
});
const doubleOptInChange = z.array(confirmable).max(confirmable.options.length).meta({ description: DOUBLE_OPT_IN });

const senderFields = {
  name: displayName.nullable().meta({ description: 'Name that e-mail comes from; null: the name of the shop.' }),
  email: emailAddress.nullable().meta({
    description:
      'Address that e-mail comes from, once its domain is verified (/api/v1/mail-domains); until then the address of the installation, and answers go to this one.',
  }),
  replyTo: emailAddress.nullable().meta({ description: 'Where answers go; null: to the sender.' }),
};
const senderChange = z.strictObject(senderFields).partial().meta({ id: 'SenderChange' });
const senderDocument = z
  .object({
    name: z.string().nullable(),
    email: z.string().nullable(),
    replyTo: z.string().nullable(),
  })
  .meta({ id: 'Sender' });

const linkFields = {
  track: z.boolean().meta({ description: 'Links of messages lead over PUBLIC_URL, so that a click is known.' }),
  utmHosts: z
    .array(
      z
        .string()
        .max(253)
        .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, { error: 'must be a host in small letters, such as shop.example.com' }),
    )
    .max(20)
    .meta({
      description:
        "Hosts of the shop's own (and their subdomains) whose links get utm_source, utm_medium, utm_campaign and utm_content.",
    }),
};
const linkChange = z.strictObject(linkFields).partial().meta({ id: 'LinksChange' });

const letterheadFields = {
  color: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/, { error: 'must be a colour such as #1f5eff' })
    .nullable()
    .meta({ description: 'Of buttons and links in e-mail and on its pages; null: blue.' }),
  logoUrl: z
    .url({ protocol: /^https$/, error: 'must be the address of a picture, beginning with https://' })
    .max(500)
    .nullable()
    .meta({
      description: 'Picture that stands above e-mail and its pages, shown 160 pixels wide; null: the name of the shop.',
    }),
  address: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}]*$/u, { error: 'must not hold control characters' })
    .nullable()
    .meta({
      description:
        'Postal address below e-mail and its pages, in one line. Many countries ask for it where mail advertises.',
    }),
};
const letterheadChange = z.strictObject(letterheadFields).partial().meta({ id: 'LetterheadChange' });

const COUNTRIES = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
const country = z.string().refine((code) => /^[A-Z]{2}$/.test(code) && COUNTRIES.of(code) !== undefined, {
  error: 'must be a country by ISO 3166-1, such as DE',
});
const MAX_COUNTRIES = 250;
const MAX_PRICE = 100;

const textFields = {
  countries: z
    .array(country)
    .max(MAX_COUNTRIES)
    .nullable()
    .meta({ description: 'Where text messages go, by the number; null: everywhere.', example: ['DE', 'AT'] }),
  prices: z.record(z.union([country, z.literal('*')]), z.number().min(0).max(MAX_PRICE)).meta({
    description: "What one part of a text message costs by country, in the shop's currency; `*` for all others.",
    example: { DE: 0.075, '*': 0.1 },
  }),
};
const textChange = z.strictObject(textFields).partial().meta({ id: 'TextsChange' });

export const shopChange = z
  .strictObject({
    name: displayName,
    timeZone,
    currency,
    locale,
    contactRules: contactRulesChange.nullable(),
    resendUnknown,
    doubleOptIn: doubleOptInChange,
    letterhead: letterheadChange.nullable().meta({ description: 'What is named changes; null sets all back.' }),
    texts: textChange.nullable().meta({ description: 'What is named changes; null sets all back.' }),
    links: linkChange.nullable().meta({ description: 'What is named changes; null sets all back.' }),
    sender: senderChange.nullable().meta({ description: 'What is named changes; null sets all back.' }),
  })
  .partial()
  .refine((change) => Object.keys(change).length > 0, {
    error:
      'names nothing to change; send name, timeZone, currency, locale, contactRules, resendUnknown, doubleOptIn, letterhead, links, texts or sender',
  })
  .meta({ id: 'ShopChange' });

export const shopDocument = z
  .object({
    id: z.uuid(),
    name: z.string(),
    timeZone: z.string(),
    currency: z.string(),
    locale: z.string(),
    contactRules: contactRulesDocument,
    resendUnknown,
    doubleOptIn,
    letterhead: z
      .object({ color: z.string().nullable(), logoUrl: z.string().nullable(), address: z.string().nullable() })
      .meta({ id: 'Letterhead' }),
    links: z.object(linkFields).meta({ id: 'Links' }),
    texts: z.object(textFields).meta({ id: 'Texts' }),
    sender: senderDocument,
    warnings: z.array(z.object({ pointer: z.string(), code: z.string(), message: z.string() })).meta({
      description:
        'Settings that do not do what they are for, such as a double opt-in that nobody is asked for, or a budget in money where nothing has a price.',
    }),
  })
  .meta({ id: 'Shop' });

function isCurrency(code: string): boolean {
  return Intl.supportedValuesOf('currency').includes(code);
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag)[0] === tag;
  } catch {
    return false;
  }
}
