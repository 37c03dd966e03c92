import { DeliverMessages, FireDueTimers, ProcessInbox, ProviderGuard, VirtualClockPort } from '#app/application';
import type { JourneyDocument } from '#app/domain';
import twilio from 'twilio';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import { TwilioStub } from '../support/twilio-stub.js';
import { aJourney, send, step } from './a-journey.js';
import { type Answer, ApiRig } from './api-rig.js';

export const NUMBER = '+4915112345678';
const NOON = Date.parse('2026-03-10T12:00:00.000Z');
/** Everything that a test leaves behind. */
const TRACES = [
  'message',
  'customer',
  'orders',
  'event',
  'inbox_event',
  'inbox_dedupe',
  'survey_answer',
  'suppression',
  'journey_run',
];
const TOKEN = 'token-of-the-account';
const FORM = 'application/x-www-form-urlencoded';
const GOOD_TRY = { outcome: 'sent', phase: 'answered', providerRef: null, code: null, detail: null } as const;
const PUBLIC_URL = 'https://shop.example';

const SURVEY = { key: 'how-likely', metric: 'nps', question: { en: 'How likely?' } };
const TEMPLATES = {
  ask: { en: { subject: 'A question', mjml: '<mjml><mj-body></mj-body></mjml>', sms: 'From 0 to 10?' } },
  news: { en: { subject: 'News', mjml: '<mjml><mj-body></mj-body></mjml>', sms: 'New bowls!' } },
};
/** Asks when an order is placed, promotes when a ticket is solved, opens a case for what somebody has to read. */
const JOURNEYS: readonly JourneyDocument[] = [
  aJourney({
    key: 'ask',
    class: 'feedback',
    entry: { key: 'order.id', reentry: 'never' },
    steps: [step('ask', 'ask', { survey: SURVEY, template: 'ask', channels: ['sms'] })],
    templates: TEMPLATES,
  }),
  aJourney({
    key: 'news',
    class: 'marketing',
    holdOut: 'none',
    trigger: { event: 'ticket.solved' },
    entry: { key: 'event.data.ticketId', reentry: 'never' },
    steps: [send('say', { template: 'news', channels: ['sms'] })],
    templates: TEMPLATES,
  }),
];

export interface Told {
  readonly status: string;
  readonly sid?: string | undefined;
  readonly code?: string;
}

/** A shop that sends texts through an imitation of Twilio, which tells it what became of them as Twilio does. */
export class TwilioRig {
  private n = 0;
  private nowMs = NOON;
  private firstCall = 0;

  private constructor(
    readonly api: ApiRig,
    readonly stub: TwilioStub,
  ) {}

  /** @param env settings besides those of every rig */
  static async start(
    label: string,
    env: Readonly<Record<string, string>> = {},
    journeys: readonly JourneyDocument[] = JOURNEYS,
  ): Promise<TwilioRig> {
    const stub = await TwilioStub.start();
    const api = await ApiRig.start(label, {
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: TOKEN,
      TWILIO_FROM: '+15005550006',
      TWILIO_BASE_URL: stub.url,
      ...env,
    });
    const rig = new TwilioRig(api, stub);
    await api.owner.query('update app.shop set contact_rules = $1', [NO_CONTACT_RULES]);
    for (const journey of journeys) {
      const { status, text } = await api.post('/api/v1/journeys', journey);
      const published = await api.post(`/api/v1/journeys/${journey.key}/publish`);
      if (status >= 300 || published.status >= 300) throw new Error(`${text} ${published.text}`);
    }
    return rig;
  }

  /** Nobody has heard of anybody yet. */
  async reset(): Promise<void> {
    await this.rows(`truncate ${TRACES.map((table) => `app.${table}`).join(', ')} cascade`);
    this.firstCall = this.stub.calls.length;
    this.stub.answer = () => 'accept';
    // so many good tries that what is refused on purpose makes nobody think the provider sick
    const guard = this.api.app.get(ProviderGuard);
    for (let tries = 0; tries < 100; tries += 1) guard.note('sms-twilio', GOOD_TRY, false);
    await this.pass(86_400_000);
  }

  get now(): number {
    return this.nowMs;
  }

  async pass(ms: number): Promise<void> {
    this.nowMs += ms;
    await this.api.app.get(VirtualClockPort).set(this.nowMs);
  }

  /** What Twilio was asked since the last reset. */
  get calls(): TwilioStub['calls'] {
    return this.stub.calls.slice(this.firstCall);
  }

  async stop(): Promise<void> {
    await this.api.stop();
    await this.stub.stop();
  }

  async tell(type: string, fields: object): Promise<void> {
    await this.mention(type, fields);
    await this.work();
  }

  /** Tells what is worked on later. */
  async mention(type: string, fields: object): Promise<void> {
    this.n += 1;
    const event = { id: `told-${this.n}`, type, occurredAt: new Date(this.nowMs).toISOString(), data: {}, ...fields };
    const { status, text } = await this.api.post('/api/v1/events', event);
    if (status >= 300) throw new Error(text);
  }

  /** An order of somebody at a number, who may be written to by text. */
  async order(phone = NUMBER): Promise<string> {
    this.n += 1;
    const externalId = `person-of-${phone}`;
    const consent = { channel: 'sms', state: 'opted_in', level: 'single' };
    const before = new Date(this.nowMs - 86_400_000).toISOString();
    await this.tell('consent.changed', { customer: { externalId, phone }, data: consent, occurredAt: before });
    await this.tell('order.placed', { customer: { externalId, phone }, order: { externalId: `order-${this.n}` } });
    await this.deliver();
    return externalId;
  }

  async promote(externalId: string): Promise<void> {
    this.n += 1;
    await this.tell('ticket.solved', { customer: { externalId }, data: { ticketId: `t-${this.n}` } });
    await this.deliver();
  }

  async deliver(): Promise<void> {
    await this.api.app.get(FireDueTimers).run();
    await this.api.app.get(DeliverMessages).run('sms');
  }

  async work(): Promise<void> {
    for (let claimed = 1; claimed > 0;) ({ claimed } = await this.api.app.get(ProcessInbox).run());
  }

  /** Posts a form as Twilio does, signed by its own package. */
  call(path: string, fields: Record<string, string>, token = TOKEN): Promise<Answer> {
    return this.api.call('POST', path, {
      key: null,
      type: `${FORM}; charset=UTF-8`,
      body: new URLSearchParams(fields).toString(),
      headers: { 'x-twilio-signature': twilio.getExpectedTwilioSignature(token, PUBLIC_URL + path, fields) },
    });
  }

  /** The n-th message that Twilio was given, as it tells of it later. */
  report(n: number, { status, sid, code }: Told, token = TOKEN): Promise<Answer> {
    const { form, sid: given = 'SM0' } = this.calls[n] ?? { form: {} as Record<string, string> };
    const callback = new URL(form['StatusCallback'] ?? 'https://nowhere.example/none');
    const fields = { MessageSid: sid ?? given, MessageStatus: status, To: form['To'] ?? '', From: '+15005550006' };
    const told = { ...fields, ...(code !== undefined && { ErrorCode: code }) };
    return this.call(callback.pathname + callback.search, told, token);
  }

  /** A text that comes in, worked on. */
  async hear(Body: string, more: Record<string, string> = {}): Promise<Answer> {
    const answer = await this.receive(Body, more);
    await this.work();
    return answer;
  }

  /** A text that comes in. */
  receive(Body: string, more: Record<string, string> = {}): Promise<Answer> {
    this.n += 1;
    const sid = `SM${String(this.n).padStart(32, '0')}`;
    const fields = { MessageSid: sid, From: NUMBER, To: '+15005550006', Body, NumMedia: '0', ...more };
    return this.call('/hooks/twilio', fields);
  }

  async rows<T = Record<string, unknown>>(sql: string, values: readonly unknown[] = []): Promise<T[]> {
    const { rows } = await this.api.owner.query(sql, [...values]);
    return rows as T[];
  }
}
