import { isIsoDate, isTimeZone, parseMoney, toInstant, toIso } from '#app/domain';
import { z } from 'zod';

/** Text that PostgreSQL and every later reader can hold: no NUL, no half of a surrogate pair. */
const HALF_PAIR = /\p{Surrogate}/u;
/** One plain address: no quotes, comments, groups or lists, and nothing that could start another header. */
const EMAIL =
  /^(?=[^@]{1,64}@)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;
/** RFC 5321 4.5.3.1.3, less the angle brackets. */
const EMAIL_MAX = 254;
const E164 = /^\+[1-9]\d{6,14}$/;
/** Up to 12 digits before the point: any currency's minor units stay below 2^53. */
const DECIMAL = /^-?\d{1,12}(\.\d{1,6})?$/;
/** The years that PostgreSQL, Luxon and people agree on. */
const YEARS = /^(19[7-9]\d|2[01]\d\d)-/;
const URL_MAX = 2_000;

const hasOnlyStorable = (text: string): boolean => !text.includes('\u0000') && !HALF_PAIR.test(text);

/** Text of 1 to `max` UTF-16 units. */
export function wireText(max: number): z.ZodString {
  return z.string().min(1).max(max).refine(hasOnlyStorable, 'must not hold NUL or unpaired surrogates');
}

/** Text that may be empty. */
export function wireFreeText(max: number): z.ZodString {
  return z.string().max(max).refine(hasOnlyStorable, 'must not hold NUL or unpaired surrogates');
}

/** An id in the sender's words. Always text: ids exceed 2^53. */
export const wireId = wireText(255);

/** Trimmed and lower-cased. */
export const emailAddress = z
  .string()
  .max(320)
  .trim()
  .toLowerCase()
  .max(EMAIL_MAX)
  .regex(EMAIL, 'must be one e-mail address such as ana@example.com')
  .meta({ format: 'email' });

export const phoneNumber = z.string().regex(E164, 'must be a phone number in E.164 form such as +4930123456');

/** ISO 8601 with `Z` or an offset; becomes the domain's form, UTC with milliseconds. */
export const wireTime = z.iso
  .datetime({ offset: true, error: 'must be an ISO 8601 time with a zone, such as 2026-01-31T09:30:00Z' })
  .max(40)
  .regex(YEARS, 'must lie between the years 1970 and 2199')
  .transform((text) => toIso(toInstant(text)));

export const wireDate = z.iso.date().refine(isIsoDate, 'must be a day such as 2026-01-31');

export const wireMoney = z
  .strictObject({
    amount: z
      .string()
      .regex(DECIMAL, 'must be a decimal text such as "19.90"')
      .meta({ description: 'Decimal text in major units.', examples: ['19.90'] }),
    currency: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR'),
  })
  .meta({ id: 'Money' })
  .transform(({ amount, currency }) => parseMoney(amount, currency));

export const wireUrl = z
  .string()
  .max(URL_MAX)
  .refine(hasOnlyStorable, 'must not hold NUL or unpaired surrogates')
  .pipe(z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }));

export const wireLocale = z
  .string()
  .max(35)
  .regex(/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/, 'must be a BCP 47 tag such as fr-CA');

export const wireTimeZone = z.string().max(64).refine(isTimeZone, 'must be an IANA time zone such as Europe/Paris');

export const wireCountry = z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 code such as FR');
