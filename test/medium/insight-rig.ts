import { FireDueTimers, ProcessInbox } from '#app/application';
import { ApiRig } from './api-rig.js';

export interface Rule {
  event: { order: string } | null;
  rule: string;
  holds: boolean;
  facts: Record<string, unknown>;
  says: string;
}

export interface Explanation {
  customer: string;
  version: number;
  verdict: string;
  says: string;
  rules: Rule[];
  runs: {
    version: number;
    status: string;
    order: string;
    decisions: { kind: string; says: string; facts: Record<string, unknown> }[];
    messages: { state: string; reason: string; says: string }[];
  }[];
  next: { what: string; step: string; at: string; held: string | null; says: string } | null;
}

const START = Date.parse('2026-03-02T09:00:00.000Z');
const HOUR = 3_600_000;
export const STEPS = [
  { id: 'pause', kind: 'wait', settings: { for: 'P1D' } },
  { id: 'say', kind: 'send', settings: { template: 'hello', channels: ['email'] } },
];

/** A shop behind the API whose clock goes on by hand; intake and timers work when they are told to. */
export class InsightRig {
  private hours = 0;
  private made = 0;

  private constructor(readonly api: ApiRig) {}

  static async start(label: string): Promise<InsightRig> {
    const rig = new InsightRig(await ApiRig.start(label));
    await rig.api.owner.query('select app.ensure_partitions($1)', [rig.now]);
    await rig.goOn(0);
    return rig;
  }

  get now(): string {
    return new Date(START + this.hours * HOUR).toISOString();
  }

  get ownerUrl(): string {
    return this.api.database.ownerUrl;
  }

  stop(): Promise<void> {
    return this.api.stop();
  }

  async goOn(hours: number): Promise<void> {
    this.hours += hours;
    await this.api.owner.query('select app.set_virtual_clock($1)', [this.now]);
  }

  /** A journey of its own key: entered by `order.placed`, waits a day and writes. */
  async publish(fields: object = {}, isLive = true): Promise<string> {
    const key = `j${(this.made += 1)}`;
    const document = {
      key,
      title: 'A journey',
      class: 'service',
      trigger: 'order.placed',
      entry: { key: 'order.id' },
      steps: STEPS,
      templates: { hello: { en: { subject: 'Hello', mjml: '<mj-text>Hello</mj-text>' } } },
      ...fields,
    };
    const saved = await this.api.post('/api/v1/journeys', document);
    if (saved.status !== 201) throw new Error(saved.text);
    if (isLive) await this.api.post(`/api/v1/journeys/${key}/publish`);
    return key;
  }

  /** `email` null: the event names nobody. */
  async happens(type: string, email: string | null, order: string, data: object = {}): Promise<void> {
    const id = `e${(this.made += 1)}`;
    const customer = email === null ? {} : { customer: { email } };
    const event = { id, type, occurredAt: this.now, ...customer, order: { externalId: order }, data };
    const { status, text } = await this.api.post('/api/v1/events', event);
    if (status >= 300) throw new Error(text);
    await this.api.app.get(ProcessInbox).run();
  }

  /** A day passes. */
  async wake(): Promise<void> {
    await this.goOn(24);
    await this.api.app.get(FireDueTimers).run();
  }

  async idOf(email: string): Promise<string> {
    const { body } = await this.api.get<{ items: { id: string }[] }>(`/api/v1/customers?email=${email}`);
    return body.items[0]?.id ?? '';
  }

  async explain(email: string, journey: string, order?: string): Promise<Explanation> {
    const query = new URLSearchParams({ journey, ...(order === undefined ? {} : { order }) });
    const id = await this.idOf(email);
    const { status, body, text } = await this.api.get<Explanation>(
      `/api/v1/customers/${id}/explain?${query.toString()}`,
    );
    if (status !== 200) throw new Error(text);
    return body;
  }
}
