import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { ContactRules } from '#app/domain';
import { AfterglowClient, type CreatedSource } from '../support/afterglow-client.js';
import type { HttpReply } from '../support/http-client.js';
import { ShopifySender } from '../support/shopify-sender.js';
import { COMPARED_JOURNEYS, type Scores, type SeenMessage } from './compare.js';
import type { Progress } from './progress.js';
import { type Day, eventOf, type Posting, PROMISED_ATTRIBUTE, shuffled, webhookOf } from './stream.js';

/** Kept connections that post at the same time. */
const CONNECTIONS = 32;
/** "Not at the moment", with Retry-After. */
const UNAVAILABLE = 503;
const MAX_TRIES = 20;
/** How far the clock goes on after the last day, so that every wait ends. */
const TAIL = 'P40D';

/** Presets by key, with the settings that differ from their own. */
export type Chosen = Readonly<Record<string, Record<string, unknown>>>;

/** Windows, caps, cooldowns and quiet hours off: every journey writes when its wait ends. */
export const COMPARED_PRESETS: Chosen = {
  'order-thank-you': {},
  'delay-apology': {},
  'delivery-csat': { window: null },
  'review-request': { window: null, after: 'PT72H', reminder: false },
  'repeat-thank-you': { after: 'PT24H' },
};

export interface Timing {
  webhooks: number;
  answers: number;
  /** Seconds in which webhooks and answers were posted */
  postSeconds: number;
  advances: number;
  advanceSeconds: number;
}

export interface Reading {
  messages: SeenMessage[];
  scores: Scores;
}

interface ListedMessage {
  journey: string;
  order: string | null;
  state: string;
  reason: string | null;
  dueAt: string;
}

/** Plays the stream into one running system and reads what came of it. */
export class Drive {
  readonly timing: Timing = { webhooks: 0, answers: 0, postSeconds: 0, advances: 0, advanceSeconds: 0 };
  private sender: ShopifySender | undefined;

  constructor(
    private readonly client: AfterglowClient,
    private readonly days: readonly Day[],
    /** The name of an order by the id under which it was sent */
    private readonly names: ReadonlyMap<string, string>,
    /** ISO 8601 duration, see the clock's `step`; undefined stops at each due time. */
    private readonly step: string | undefined,
  ) {}

  static connect(url: string, key: string): AfterglowClient {
    return new AfterglowClient(url, key, CONNECTIONS);
  }

  async setUp(presets: Chosen, contactRules: ContactRules): Promise<void> {
    await this.client.patch('/api/v1/shop', {
      timeZone: 'America/Sao_Paulo',
      currency: 'BRL',
      locale: 'pt-BR',
      contactRules,
    });
    const secret = randomBytes(24).toString('hex');
    const settings = { promisedDateAttribute: PROMISED_ATTRIBUTE };
    const source = { kind: 'shopify', name: 'replay', secret, settings };
    const { id } = await this.client.post<CreatedSource>('/api/v1/sources', source);
    this.sender = new ShopifySender(this.client.http, `/hooks/${id}`, secret);
    for (const [key, chosen] of Object.entries(presets)) {
      await this.client.post(`/api/v1/presets/${key}/install`, { publish: true, settings: chosen });
    }
  }

  /** The stream from its first day to its last, the clock going along. With a seed each day is shuffled. */
  async play(progress: Progress, seed?: number): Promise<void> {
    for (const day of this.days) {
      await this.advance({ to: day.end });
      await this.postDay(day, seed);
      progress.add(day.postings.length);
    }
    await this.advance({ by: TAIL });
  }

  /** The whole stream once more, at the time that the clock now shows. */
  async playAgain(progress: Progress, seed?: number): Promise<void> {
    for (const day of this.days) {
      await this.postDay(day, seed);
      progress.add(day.postings.length);
    }
    await this.advance({ by: TAIL });
  }

  async read(): Promise<Reading> {
    const messages: SeenMessage[] = [];
    for (const journey of COMPARED_JOURNEYS) {
      const listed = await this.client.list<ListedMessage>(`/api/v1/messages?journey=${journey}`);
      for (const { order, state, reason, dueAt } of listed) {
        messages.push({
          journey,
          order: order === null ? null : (this.names.get(order) ?? order),
          state,
          reason,
          dueAt,
        });
      }
    }
    const csat = await this.client.get<{ n: number; value: number | null; counts: Record<string, number> }>(
      '/api/v1/scores/csat?from=2016-01-01T00:00:00Z&to=2020-01-01T00:00:00Z',
    );
    return { messages, scores: { n: csat.n, csat: csat.value, counts: csat.counts } };
  }

  private async advance(target: { to: string } | { by: string }): Promise<void> {
    const startedAt = performance.now();
    await this.client.post('/api/v1/clock/advance', { ...target, step: this.step });
    this.timing.advances += 1;
    this.timing.advanceSeconds += (performance.now() - startedAt) / 1000;
  }

  private async postDay(day: Day, seed: number | undefined): Promise<void> {
    const waiting = seed === undefined ? [...day.postings] : shuffled(day.postings, seed ^ seedOf(day.date));
    const startedAt = performance.now();
    waiting.reverse();
    const lane = async (): Promise<void> => {
      for (let posting = waiting.pop(); posting; posting = waiting.pop()) await this.post(posting);
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, lane));
    this.timing.postSeconds += (performance.now() - startedAt) / 1000;
  }

  private async post(posting: Posting): Promise<void> {
    if (posting.kind === 'answer') {
      const reply = await patiently(() => this.client.call('POST', '/api/v1/events', eventOf(posting.answer)));
      this.timing.answers += 1;
      return refuseFailure(reply, 'An answer');
    }
    const { sender } = this;
    if (!sender) throw new Error('Call setUp first.');
    const reply = await patiently(() => sender.send(webhookOf(posting)));
    this.timing.webhooks += 1;
    refuseFailure(reply, `${posting.topic} of ${posting.order.name}`);
  }
}

/** As senders do: what was not taken for the moment is sent again when the answer says. */
async function patiently(send: () => Promise<HttpReply>): Promise<HttpReply> {
  for (let tries = 1; ; tries += 1) {
    const reply = await send();
    if (reply.status !== UNAVAILABLE || tries === MAX_TRIES) return reply;
    await setTimeout(Number(reply.headers['retry-after'] ?? 1) * 1000);
  }
}

function refuseFailure({ status, text }: HttpReply, what: string): void {
  if (status < 200 || status > 299) throw new Error(`${what} was answered ${status}: ${text}`);
}

/** Each day gets a shuffle of its own. */
const seedOf = (date: string): number => Number(date.replaceAll('-', ''));
