import { isIP } from 'node:net';
import { z } from 'zod';

const MIN_SECRET_LENGTH = 32;
const MIN_KEY_LENGTH = 8;
/** As good as no limit. */
const MAX_RATE = 10_000_000;
const WELL_KNOWN = /change.?me|your.?(own.?)?(secret|key)|replace.?(me|this)/i;

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

const isOwn = (text: string): boolean => !WELL_KNOWN.test(text);

const urlOf = (protocols: readonly string[], example: string): z.ZodType<string> =>
  z.string().refine((text) => protocols.includes(URL.canParse(text) ? new URL(text).protocol : ''), {
    error: `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}; write e.g. ${example}`,
  });

const isHttpsOrLoopback = (text: string): boolean =>
  !URL.canParse(text) || new URL(text).protocol === 'https:' || LOOPBACK.test(new URL(text).hostname);

/** One or several, separated by commas. */
const urlsOf = (protocols: readonly string[], example: string): z.ZodType<string> => {
  const url = urlOf(protocols, example);
  return z.string().superRefine((text, context) => {
    for (const part of text.split(',')) {
      const [issue] = url.safeParse(part.trim()).error?.issues ?? [];
      if (issue) return context.addIssue({ code: 'custom', message: issue.message });
    }
  });
};

const secretOf = (minLength: number): z.ZodType<string> =>
  z
    .string()
    .min(minLength, { error: `must have at least ${minLength} characters; make one with: openssl rand -base64 48` })
    .refine(isOwn, { error: 'is a well-known value; make one with: openssl rand -base64 48' });

/** Separated by commas. */
const listOfSecrets = (minLength: number): z.ZodType<string[], string> => {
  const secret = secretOf(minLength);
  return z.string().transform((text, context) => {
    const keys = text.split(',').map((key) => key.trim());
    for (const key of keys) {
      const [issue] = secret.safeParse(key).error?.issues ?? [];
      if (issue) context.addIssue({ code: 'custom', message: issue.message });
    }
    return keys;
  });
};

const wholeNumber = (min: number, max: number): z.ZodType<number, unknown> => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error });
};

/** `192.0.2.1`, `192.0.2.1:53`, `2001:db8::1` or `[2001:db8::1]:53`. */
const isServer = (text: string): boolean =>
  isIP(text) !== 0 || isIP(/^\[?([^\]]+)\]?:\d{1,5}$/.exec(text)?.[1] ?? '') !== 0;
const isTestAddress = (text: string): boolean => z.email().safeParse(text).success || /^\+[1-9]\d{6,14}$/.test(text);
const listOfTestAddresses = z
  .string()
  .transform((text) => text.split(',').map((address) => address.trim().toLowerCase()))
  .refine((addresses) => addresses.every(isTestAddress), {
    error: 'must be e-mail addresses and numbers in E.164, separated by commas; write e.g. qa@example.com,+33612345678',
  });
const listOfServers = z
  .string()
  .transform((text) => text.split(',').map((server) => server.trim()))
  .refine((servers) => servers.every(isServer), {
    error: 'must be addresses separated by commas; write e.g. 9.9.9.9,[2620:fe::fe]:53',
  });

/** `Shop <hello@example.com>` or `hello@example.com`, without line breaks. */
const MAILBOX = /^(?:[^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/;

/**
 * Every setting of the installation. Each key has a description, and a default where it has one; .env.example and the table in
 * README.md are made from here (config/scripts/generate-docs.mjs). Rules that concern two keys stand in `relationFaults`.
 */
export const envSchema = z.object({
  PORT: wholeNumber(0, 65_535).default(3000).describe('Port of the HTTP server; 0 takes a free one.'),
  HOST: z.string().default('127.0.0.1').describe('Address the HTTP server listens on; 0.0.0.0 for every interface.'),
  PUBLIC_URL: urlOf(['http:', 'https:'], 'https://afterglow.example.com')
    .optional()
    .describe(
      'Where customers and senders reach this installation; every link in a message starts with it. Without it: http://HOST:PORT.',
    ),
  DATA_DIR: z
    .string()
    .default('./.data')
    .describe('Folder of the embedded PostgreSQL and of the generated secret key (standalone only).'),
  DATABASE_URL: urlOf(['postgres:', 'postgresql:'], 'postgresql://afterglow:…@db.example.com:5432/afterglow')
    .optional()
    .describe(
      'PostgreSQL 15 to 18, as the role that owns the database. Standalone without it runs its own in DATA_DIR.',
    ),
  REDIS_URL: urlsOf(['redis:', 'rediss:'], 'redis://redis.example.com:6379')
    .optional()
    .describe(
      'Redis for the queues (policy noeviction); of a Redis Cluster some nodes, separated by commas. Without it the queues live in PostgreSQL.',
    ),
  SECRET_KEY: secretOf(MIN_SECRET_LENGTH)
    .optional()
    .describe(
      'Encrypts stored secrets and signs links, at least 32 characters. Standalone makes one and keeps it in DATA_DIR; otherwise required, and the same for all processes.',
    ),
  SECRET_KEY_FALLBACKS: listOfSecrets(MIN_SECRET_LENGTH)
    .optional()
    .describe(
      'Further secret keys, separated by commas, that still open what they sealed; for a change of SECRET_KEY (docs/secrets.md).',
    ),
  BOOTSTRAP_API_KEY: secretOf(MIN_KEY_LENGTH)
    .optional()
    .describe(
      'An owner key of the first shop, for scripts, at least 8 characters. Without it the first start makes one and prints it once.',
    ),
  SMTP_URL: urlOf(['smtp:', 'smtps:'], 'smtp://user:password@mail.example.com:587')
    .optional()
    .describe('Mail server for e-mail. Without it e-mail is captured and readable through the API, not sent.'),
  MAIL_FROM: z
    .string()
    .regex(MAILBOX, { error: 'must be one address; write e.g. Shop <hello@example.com>' })
    .optional()
    .describe('Sender of every e-mail, `Shop <hello@example.com>`. Required with SMTP_URL.'),
  INBOUND_MAIL_DOMAIN: z
    .string()
    .toLowerCase()
    .regex(/^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/, {
      error: 'must be a domain; write e.g. mail.shop.example.com',
    })
    .optional()
    .describe(
      'Domain whose mail comes to INBOUND_SMTP_PORT (its MX record leads there): bounces, complaints, answers and unsubscriptions. Every e-mail then has its own return address in it.',
    ),
  INBOUND_SMTP_PORT: wholeNumber(0, 65_535)
    .optional()
    .describe('Port on which the ingest process takes that mail by SMTP; 0 takes a free one. Without it none does.'),
  INBOUND_SMTP_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address that port listens on; 0.0.0.0 for every interface.'),
  INBOUND_SMTP_KEY: z
    .string()
    .optional()
    .describe('File with the private key (PEM) by which STARTTLS is offered there.'),
  INBOUND_SMTP_CERT: z.string().optional().describe('File with its certificate chain (PEM).'),
  TEST_ADDRESSES: listOfTestAddresses
    .optional()
    .describe(
      'E-mail addresses and numbers besides those of members that messages may be sent to for a test, separated by commas.',
    ),
  DNS_SERVERS: listOfServers
    .optional()
    .describe(
      'Name servers by which the records of mail domains are looked up, separated by commas; for networks whose own show something else than the internet sees.',
    ),
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-zA-Z]{8,}$/, { error: 'must start with AC; copy it from the Twilio console' })
    .optional()
    .describe(
      'Twilio account for text messages and WhatsApp. Without it, or without a sender, they are captured, not sent.',
    ),
  TWILIO_AUTH_TOKEN: z.string().optional().describe('Token of the Twilio account.'),
  TWILIO_FROM: z
    .string()
    .regex(/^(\+[1-9]\d{5,14}|MG[0-9a-zA-Z]{8,}|[A-Za-z0-9 ]{1,11})$/, {
      error: 'must be a number such as +15005550006, a messaging service (MG…) or a sender name of at most 11 letters',
    })
    .optional()
    .describe('Sender of text messages: a number in E.164, a messaging service (MG…) or a sender name.'),
  TWILIO_WHATSAPP_FROM: z
    .string()
    .regex(/^(\+[1-9]\d{5,14}|MG[0-9a-zA-Z]{8,})$/, {
      error: 'must be the number of a WhatsApp sender such as +14155238886, or a messaging service (MG…)',
    })
    .optional()
    .describe('Sender of messages on WhatsApp: its number in E.164, or a messaging service (MG…).'),
  TWILIO_BASE_URL: urlOf(['http:', 'https:'], 'https://api.twilio.com')
    .default('https://api.twilio.com')
    .describe("Address of Twilio's API; tests point it at a stub."),
  WEBHOOKS_TO_LOOPBACK: z
    .enum(['refuse', 'allow'], { error: 'must be refuse or allow' })
    .default('refuse')
    .describe('`allow`: journeys may call webhooks on this very machine, over http too. For development only.'),
  SESSION_IDLE_HOURS: wholeNumber(1, 720)
    .default(12)
    .describe('After so many hours without a call a session of a member of the team is over.'),
  SESSION_MAX_DAYS: wholeNumber(1, 90)
    .default(14)
    .describe('After so many days they sign in again, however busy the session was.'),
  OIDC_ISSUER: urlOf(['https:', 'http:'], 'https://login.example.com')
    .refine(isHttpsOrLoopback, { error: 'must be https; http only for a provider on this very machine' })
    .optional()
    .describe(
      'Identity provider (OpenID Connect) by which members of the team may sign in beside a password. Its redirect URI is PUBLIC_URL/api/v1/session/oidc/callback.',
    ),
  OIDC_CLIENT_ID: z.string().optional().describe('Of this installation at the identity provider.'),
  OIDC_CLIENT_SECRET: z.string().optional().describe('Its secret.'),
  CLOCK: z
    .enum(['real', 'virtual'], { error: 'must be real or virtual' })
    .default('real')
    .describe('`virtual`: time stands still and moves only by POST /api/v1/clock/advance, for trials and tests.'),
  CLOCK_START: z.iso
    .datetime({ offset: true, error: 'must be an ISO 8601 time with a zone; write e.g. 2026-01-31T09:30:00Z' })
    .optional()
    .describe('First instant of the virtual clock. Without it: the wall time of the first start.'),
  DEDUPE_WINDOW_DAYS: wholeNumber(1, 365)
    .default(90)
    .describe(
      'For how many days a webhook that comes again is recognised. Fewer save space: 100 a second make 90 GB in 90 days.',
    ),
  KEEP_BODIES_MONTHS: wholeNumber(3, 120)
    .default(13)
    .describe('For how many months what senders posted is kept, word for word. Older months are dropped as a whole.'),
  KEEP_CONTENTS_MONTHS: wholeNumber(1, 120)
    .default(25)
    .describe('For how many months the texts of messages are kept; that they were sent is kept for ever.'),
  KEEP_TIMELINE_MONTHS: wholeNumber(3, 120)
    .optional()
    .describe(
      'For how many months timelines are kept, at least as many as bodies. Without it: until a person is erased. Backtests reach no further back.',
    ),
  KEEP_JOURNALS_MONTHS: wholeNumber(13, 120)
    .optional()
    .describe(
      'For how many months the decisions of runs that are over are kept, with the attempts of their messages. Without it: until a person is erased. Funnels stay as they are.',
    ),
  TRUSTED_PROXIES: wholeNumber(0, 10)
    .default(0)
    .describe(
      'How many reverse proxies stand before this process, each adding to X-Forwarded-For. With 0 the header is not believed; with more, nobody but they may reach the port.',
    ),
  LIMIT_API_PER_MINUTE: wholeNumber(1, MAX_RATE)
    .default(6_000)
    .describe('Requests a minute by one API key; a list of events counts by its length, costly ones count more.'),
  LIMIT_WEBHOOKS_PER_MINUTE: wholeNumber(1, MAX_RATE)
    .default(60_000)
    .describe('Genuine webhooks a minute by one source. What is refused comes again: senders repeat.'),
  LIMIT_PAGES_PER_MINUTE: wholeNumber(1, MAX_RATE)
    .default(300)
    .describe('Requests a minute to public pages by one public address. Behind a proxy set TRUSTED_PROXIES too.'),
  METRICS_PORT: wholeNumber(0, 65_535)
    .optional()
    .describe(
      'Port on which /metrics answers, for Prometheus; 0 takes a free one. Without it there are none. Keep it off the internet.',
    ),
  METRICS_HOST: z.string().default('127.0.0.1').describe('Address that port listens on.'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be fatal, error, warn, info, debug, trace or silent',
    })
    .default('info')
    .describe('The least important line that is still logged.'),
});

export type Env = z.output<typeof envSchema>;
export type EnvKey = keyof Env;

/** Settings that mean something only together, and with one of the last ones where there are any. */
const GROUPS: readonly (readonly [name: string, keys: readonly EnvKey[], oneOf: readonly EnvKey[]])[] = [
  ['Twilio', ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN'], ['TWILIO_FROM', 'TWILIO_WHATSAPP_FROM']],
  ['STARTTLS', ['INBOUND_SMTP_KEY', 'INBOUND_SMTP_CERT'], []],
  ['OIDC', ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'], []],
];

/** A key that another one needs. */
const COMPANIONS: readonly (readonly [key: EnvKey, companion: EnvKey, example: string])[] = [
  ['MAIL_FROM', 'SMTP_URL', '"Shop <hello@example.com>"'],
  ['INBOUND_MAIL_DOMAIN', 'INBOUND_SMTP_PORT', 'mail.shop.example.com'],
];

/** The rules that concern two keys, on the values as given: so that they are told together with the faults of single keys. */
export function* relationFaults(
  given: Readonly<Record<string, string | undefined>>,
): Generator<{ key: EnvKey; message: string }> {
  if (given['CLOCK_START'] !== undefined && given['CLOCK'] !== 'virtual') {
    yield { key: 'CLOCK_START', message: 'has a meaning only with a virtual clock; set CLOCK=virtual or remove it' };
  }
  const { bodies, timeline } = { bodies: given['KEEP_BODIES_MONTHS'] ?? 13, timeline: given['KEEP_TIMELINE_MONTHS'] };
  if (timeline !== undefined && Number(timeline) < Number(bodies)) {
    yield {
      key: 'KEEP_TIMELINE_MONTHS',
      message: 'is less than KEEP_BODIES_MONTHS: what is stored could not be taken again',
    };
  }
  for (const [key, companion, example] of COMPANIONS)
    if (given[companion] !== undefined && given[key] === undefined)
      yield { key, message: `is missing, but ${companion} is set; write e.g. ${key}=${example}` };
  yield* groupFaults((key) => given[key] === undefined);
}

function* groupFaults(isMissing: (key: EnvKey) => boolean): Generator<{ key: EnvKey; message: string }> {
  for (const [name, keys, oneOf] of GROUPS) {
    if ([...keys, ...oneOf].every(isMissing)) continue;
    const rest = `is missing, but other ${name} settings are there`;
    for (const key of keys.filter(isMissing)) yield { key, message: `${rest}; set all of them or none` };
    const [first] = oneOf;
    if (first && oneOf.every(isMissing)) yield { key: first, message: `${rest}; set ${oneOf.join(' or ')}` };
  }
}

export interface EnvKeyDescription {
  readonly key: EnvKey;
  readonly description: string;
  readonly defaultValue: string | undefined;
}

/** The keys in the order in which they are documented. */
export function describeEnv(): readonly EnvKeyDescription[] {
  const { properties = {} } = z.toJSONSchema(envSchema, { io: 'input' });
  return Object.entries(properties).map(([key, schema]) => {
    const { description = '', default: value } = typeof schema === 'object' ? schema : {};
    return { key: key as EnvKey, description, defaultValue: value === undefined ? undefined : plain(value) };
  });
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
