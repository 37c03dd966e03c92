import type { Instant } from '#app/domain';
import type { Env } from '../../../../config/env.schema.js';

const HOUR_S = 3_600;
const DAY_S = 86_400;
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const TWILIO = 'https://api.twilio.com';

export interface HttpConfig {
  readonly port: number;
  readonly host: string;
  /** Entries at the end of X-Forwarded-For that were written by proxies of ours. */
  readonly trustedProxies: number;
}

/** Requests a minute. */
export interface RatesConfig {
  readonly api: number;
  readonly webhooks: number;
  readonly pages: number;
}

export interface DatabaseConfig {
  /** Of the role that owns the database; undefined only in standalone, which then runs its own in `dataDir`. */
  readonly url: string | undefined;
  readonly dataDir: string;
}

export interface QueueConfig {
  /** Undefined: the queues live in PostgreSQL. */
  readonly redisUrl: string | undefined;
}

export interface MailConfig {
  readonly smtpUrl: string;
  /** `Shop <hello@example.com>` or a bare address. */
  readonly from: string;
}

export interface InboundMailConfig {
  /** Null: nothing that is sent names an address of ours. */
  readonly domain: string | null;
  /** Undefined: this installation takes no mail itself. */
  readonly port: number | undefined;
  readonly host: string;
  /** Files. */
  readonly tls: { readonly key: string; readonly cert: string } | undefined;
}

export interface TwilioConfig {
  readonly accountSid: string;
  readonly authToken: string;
  /** Undefined: text messages are captured. */
  readonly from: string | undefined;
  /** Undefined: messages on WhatsApp are captured. */
  readonly whatsappFrom: string | undefined;
  readonly baseUrl: string;
  /** Where Twilio tells what becomes of messages; undefined where it can't reach us. */
  readonly callbackUrl: string | undefined;
}

export interface MetricsConfig {
  /** Undefined: metrics are served nowhere. */
  readonly port: number | undefined;
  readonly host: string;
}

/** How long members of the team stay signed in. */
export interface SessionConfig {
  readonly idleSeconds: number;
  readonly maxSeconds: number;
}

export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface CallsConfig {
  /** Webhooks on this very machine may be called, for development. */
  readonly allowLoopback: boolean;
}

export interface ClockConfig {
  readonly mode: 'real' | 'virtual';
  /** First instant of the virtual clock; undefined: the wall time of the first start. */
  readonly start: Instant | undefined;
}

export interface IntakeConfig {
  readonly dedupeWindowDays: number;
}

/** For how many months each is kept; undefined: until a person is erased. */
export interface KeepConfig {
  readonly bodiesMonths: number;
  readonly contentsMonths: number;
  readonly timelineMonths: number | undefined;
  readonly journalsMonths: number | undefined;
}

/** The settings of this process, parsed once at boot and handed out in slices. Injectable; made by `loadConfig`. */
export class Config {
  readonly http: HttpConfig;
  readonly rates: RatesConfig;
  readonly database: DatabaseConfig;
  readonly queue: QueueConfig;
  /** Undefined: e-mail is captured. */
  readonly mail: MailConfig | undefined;
  readonly inboundMail: InboundMailConfig;
  /** Undefined: text messages and those on WhatsApp are captured. */
  readonly twilio: TwilioConfig | undefined;
  /** Where Twilio tells of messages that go by shops' own accounts; undefined where it can't reach us. */
  readonly accountCallbackUrl: string | undefined;
  readonly calls: CallsConfig;
  /** In lower case. */
  readonly testAddresses: readonly string[];
  /** Undefined: those of the machine. */
  readonly dnsServers: readonly string[] | undefined;
  readonly session: SessionConfig;
  /** Undefined: members sign in by password alone. */
  readonly oidc: OidcConfig | undefined;
  readonly clock: ClockConfig;
  readonly intake: IntakeConfig;
  readonly keep: KeepConfig;
  /** Without a slash at the end. */
  readonly publicUrl: string;
  readonly bootstrapApiKey: string | undefined;
  readonly metrics: MetricsConfig;
  readonly logLevel: Env['LOG_LEVEL'];

  constructor(
    env: Env,
    /** The present one, which seals, then those that still open. */
    readonly secretKeys: readonly string[],
  ) {
    this.http = { port: env.PORT, host: env.HOST, trustedProxies: env.TRUSTED_PROXIES };
    this.rates = {
      api: env.LIMIT_API_PER_MINUTE,
      webhooks: env.LIMIT_WEBHOOKS_PER_MINUTE,
      pages: env.LIMIT_PAGES_PER_MINUTE,
    };
    this.database = { url: env.DATABASE_URL, dataDir: env.DATA_DIR };
    this.queue = { redisUrl: env.REDIS_URL };
    this.mail = mailOf(env);
    this.twilio = twilioOf(env);
    this.calls = { allowLoopback: env.WEBHOOKS_TO_LOOPBACK === 'allow' };
    this.accountCallbackUrl = callbackUrlOf(env, this.calls.allowLoopback);
    this.session = { idleSeconds: env.SESSION_IDLE_HOURS * HOUR_S, maxSeconds: env.SESSION_MAX_DAYS * DAY_S };
    this.oidc = oidcOf(env);
    this.clock = { mode: env.CLOCK, start: env.CLOCK_START === undefined ? undefined : Date.parse(env.CLOCK_START) };
    this.intake = { dedupeWindowDays: env.DEDUPE_WINDOW_DAYS };
    this.keep = {
      bodiesMonths: env.KEEP_BODIES_MONTHS,
      contentsMonths: env.KEEP_CONTENTS_MONTHS,
      timelineMonths: env.KEEP_TIMELINE_MONTHS,
      journalsMonths: env.KEEP_JOURNALS_MONTHS,
    };
    this.inboundMail = inboundMailOf(env);
    this.testAddresses = env.TEST_ADDRESSES ?? [];
    this.dnsServers = env.DNS_SERVERS;
    this.publicUrl = publicUrlOf(env);
    this.bootstrapApiKey = env.BOOTSTRAP_API_KEY;
    this.metrics = { port: env.METRICS_PORT, host: env.METRICS_HOST };
    this.logLevel = env.LOG_LEVEL;
  }
}

function inboundMailOf(env: Env): InboundMailConfig {
  const { INBOUND_SMTP_KEY: key, INBOUND_SMTP_CERT: cert } = env;
  return {
    domain: env.INBOUND_MAIL_DOMAIN ?? null,
    port: env.INBOUND_SMTP_PORT,
    host: env.INBOUND_SMTP_HOST,
    tls: key === undefined || cert === undefined ? undefined : { key, cert },
  };
}

function mailOf(env: Env): MailConfig | undefined {
  return env.SMTP_URL === undefined || env.MAIL_FROM === undefined
    ? undefined
    : { smtpUrl: env.SMTP_URL, from: env.MAIL_FROM };
}

function twilioOf(env: Env): TwilioConfig | undefined {
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = env;
  if (accountSid === undefined || authToken === undefined) return undefined;
  const baseUrl = env.TWILIO_BASE_URL.replace(/\/+$/, '');
  const senders = { from: env.TWILIO_FROM, whatsappFrom: env.TWILIO_WHATSAPP_FROM };
  return { accountSid, authToken, ...senders, baseUrl, callbackUrl: callbackUrlOf(env, baseUrl !== TWILIO) };
}

/** Twilio refuses messages whose callback it can't reach; a stub on this machine can reach everything. */
function callbackUrlOf(env: Env, isStub: boolean): string | undefined {
  if (env.PUBLIC_URL === undefined) return undefined;
  const isPrivate = LOOPBACK.test(new URL(env.PUBLIC_URL).hostname);
  return isPrivate && !isStub ? undefined : `${publicUrlOf(env)}/hooks/twilio`;
}

function oidcOf(env: Env): OidcConfig | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = env;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  return { issuer, clientId, clientSecret };
}

function publicUrlOf(env: Env): string {
  if (env.PUBLIC_URL !== undefined) return env.PUBLIC_URL.replace(/\/+$/, '');
  const isEveryInterface = env.HOST === '0.0.0.0' || env.HOST === '::';
  const host = env.HOST.includes(':') ? `[${env.HOST}]` : env.HOST;
  return `http://${isEveryInterface ? 'localhost' : host}:${env.PORT}`;
}
