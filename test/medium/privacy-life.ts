import {
  DeliverMessages,
  FireDueTimers,
  InboxPort,
  ProcessInbox,
  RunErasures,
  VirtualClockPort,
} from '#app/application';
import type { JourneyDocument } from '#app/domain';
import { canariesInDatabase, type Canaries } from '../support/canaries.js';
import { aJourney, send, step, wait } from './a-journey.js';
import type { ApiRig } from './api-rig.js';

export const START = '2026-03-10T12:00:00.000Z';
export const at = (hours: number): string => new Date(Date.parse(START) + hours * 3_600_000).toISOString();

/** Every word by which this one person could be told. */
export const PERSON = {
  email: 'zq7.canary+bird@mail.example',
  formerEmail: 'old-canary-zq7@post.example',
  phone: '+4915199887766',
  firstName: 'Zwoelfina',
  lastName: 'Kanarienvogel',
  externalId: 'cust-zq7-555000111',
  orderId: '990077112233445',
  orderName: '#ZQ-990077',
  engraving: 'For my parrot Zaphodelia',
  tracking: 'TRKZQ7CANARY1',
  statusUrl: 'https://shop.example/orders/zq7canary-status',
  verbatim: 'the parrot arrived rather hoarse',
  title: 'Hoarsezq7 bird',
  attribute: 'budgerigar-zq7',
  proof: 'ticked a box on the zq7 form',
  outcome: 'gave the zq7 bird a lozenge',
  eventId: 'signup-of-zq7canary',
} as const satisfies Canaries;

const TEMPLATE = {
  en: {
    subject: 'Hello {{ customer.firstName }}',
    mjml: '<mjml><mj-body><mj-section><mj-column><mj-text>{{ customer.lastName }} {{ order.name }} {{ links.survey }}</mj-text></mj-column></mj-section></mj-body></mjml>',
    sms: 'Hello {{ customer.firstName }}',
  },
};

const SURVEY = { key: 'csat-zq', metric: 'csat', question: { en: 'How was it?' } };

/** A journey that does everything a journey can do with what it knows of a person. */
const EVERYTHING: JourneyDocument = aJourney({
  key: 'everything',
  entry: { key: 'customer.email', reentry: 'never' },
  steps: [
    step('note', 'set-attribute', { attribute: 'note', from: 'customer.lastName' }),
    step('tag', 'tag', { add: ['seen'] }),
    step('points', 'award-points', { points: 5, reason: 'welcome' }),
    step('promise', 'promise', { what: 'delivery', in: 'P2D' }),
    step('call', 'call-webhook', { url: 'https://example.com/', payload: { who: 'customer.email' } }),
    send('mail'),
    step('ask', 'ask', { survey: SURVEY, template: 'hello', channels: ['email'] }),
    wait('rest', 'P7D'),
    send('late'),
  ],
  templates: { hello: TEMPLATE },
});

/** Opens a case when somebody wrote a review: not at once, because nobody is asked anything while something is wrong. */
const CARE: JourneyDocument = aJourney({
  key: 'care',
  trigger: { event: 'review.submitted' },
  steps: [step('case', 'open-case', { topic: 'say-hello', title: 'Say hello' })],
});

/** A life in a shop, from the first order to a case that somebody closed, by API alone. */
export class Life {
  private n = 0;

  constructor(readonly rig: ApiRig) {}

  /** The journeys of the shop go live and the clock stands still. */
  async open(): Promise<void> {
    await this.rig.app.get(VirtualClockPort).set(Date.parse(START));
    for (const journey of [EVERYTHING, CARE]) {
      await this.rig.post('/api/v1/journeys', journey);
      await this.rig.post(`/api/v1/journeys/${journey.key}/publish`);
    }
  }

  /** Tells an event of one person and works on it. */
  async tell(event: {
    readonly id?: string;
    readonly type: string;
    readonly occurredAt?: string;
    readonly customer?: object;
    readonly order?: object;
    readonly data?: object;
  }): Promise<number> {
    this.n += 1;
    const { status } = await this.rig.post('/api/v1/events', {
      id: `life-${this.n}`,
      occurredAt: START,
      data: {},
      ...event,
    });
    await this.work();
    return status;
  }

  async work(): Promise<void> {
    for (let claimed = 1; claimed > 0;) ({ claimed } = await this.rig.app.get(ProcessInbox).run());
  }

  async deliver(): Promise<void> {
    await this.rig.app.get(FireDueTimers).run();
    await this.rig.app.get(DeliverMessages).run('email');
  }

  /** Bodies as a sender's webhook would store them. */
  async post(kind: string, headers: Record<string, string>, body: string): Promise<void> {
    this.n += 1;
    const dedupeKey = `hook-${this.n}`;
    const { shopId } = this.rig;
    await this.rig.app.get(InboxPort).store([{ shopId, sourceId: shopId, kind, dedupeKey, headers, body }]);
    await this.work();
  }

  /** The customer of an address, as the API finds them. */
  async idOf(email: string): Promise<string | undefined> {
    const query = `/api/v1/customers?email=${encodeURIComponent(email)}`;
    const { body } = await this.rig.get<{ items: { id: string }[] }>(query);
    return body.items[0]?.id;
  }

  erasures(): Promise<unknown> {
    return this.rig.app.get(RunErasures).run();
  }

  canaries(canaries: Canaries = PERSON): Promise<string[]> {
    return canariesInDatabase(this.rig.owner, canaries);
  }

  /** Everything that can happen to a person leaves its trace. */
  async live(): Promise<void> {
    await this.tellOrder();
    await this.deliver();
    await this.answer();
    await this.closeCase();
    await this.leaveScraps();
  }

  private async tellOrder(): Promise<void> {
    const { email, phone, firstName, lastName, externalId, orderId, orderName, engraving, statusUrl } = PERSON;
    const { formerEmail, attribute, proof, eventId, tracking } = PERSON;
    const order = { externalId: orderId };
    // a parcel and a person with another address come first: orphans and merged records are part of a life
    await this.tell({ type: 'shipment.created', order, data: { parcelId: 'p1', trackingNumber: tracking } });
    await this.tell({ type: 'customer.created', customer: { email: formerEmail }, data: { profile: { lastName } } });
    await this.tell({
      id: eventId,
      type: 'order.placed',
      customer: { externalId, email, phone },
      order,
      data: {
        name: orderName,
        statusUrl,
        total: { amount: '19.90', currency: 'EUR' },
        lines: [{ id: 'l1', title: engraving, quantity: 1, productId: 'mug' }],
        profile: { firstName, lastName, attributes: { bird: attribute } },
      },
    });
    await this.tell({ type: 'customer.updated', customer: { externalId, email: formerEmail }, occurredAt: at(-1) });
    await this.tell({
      type: 'consent.changed',
      customer: { externalId },
      data: { channel: 'email', state: 'opted_in', level: 'confirmed', proof },
    });
  }

  private async answer(): Promise<void> {
    const query = `?customer=${await this.idOf(PERSON.email)}`;
    const { body } = await this.rig.get<{ items: { id: string; text: string }[] }>(`/api/v1/messages${query}`);
    const token = body.items.map(({ text }) => /\/s\/([\w-]+)/.exec(text ?? '')?.[1]).find((found) => found);
    if (token === undefined) throw new Error('no survey link was sent');
    const form = new URLSearchParams({ score: '4', comment: PERSON.verbatim, submission: 's1' });
    await this.rig.call('POST', `/s/${token}`, { body: form.toString(), type: 'application/x-www-form-urlencoded' });
    await this.work();
    await this.tell({
      type: 'review.submitted',
      customer: { email: PERSON.email },
      order: { externalId: PERSON.orderId },
      data: { rating: 3, title: PERSON.title, text: PERSON.verbatim },
    });
  }

  private async closeCase(): Promise<void> {
    const query = `?customer=${await this.idOf(PERSON.email)}`;
    const { body } = await this.rig.get<{ items: { id: string }[] }>(`/api/v1/cases${query}`);
    await this.rig.post(`/api/v1/cases/${body.items[0]?.id}/close`, { outcome: PERSON.outcome });
  }

  /** What leads nowhere: refused answers, topics that mean nothing, words of providers, dead letters. */
  private async leaveScraps(): Promise<void> {
    const { email, phone, verbatim } = PERSON;
    await this.tell({
      type: 'survey.answered',
      customer: { email },
      data: { survey: 'nobody-asked', score: 3, comment: verbatim },
    });
    const escaped = `{"email":"${email.replace('@', String.raw`\u0040`)}","note":"${verbatim}"}`;
    await this.post('shopify', { 'x-shopify-topic': 'checkouts/create' }, escaped);
    await this.post('shopify', { 'x-shopify-topic': 'carts/update' }, `{"phone":"(0)151 9988-7766","n":"${verbatim}"}`);
    await this.post('no-such-kind', {}, `email=${encodeURIComponent(email)}&phone=${phone}`);
    const who = await this.idOf(email);
    await this.rig.owner.query(
      `insert into app.dead_letter (shop_id, id, kind, ref_id, code, error, attempts)
       select shop_id, gen_random_uuid(), 'message', id, 'delivery.transient', $1, 5 from app.message where customer_id = $2 limit 1`,
      [`550 no such user <${email}>`, who],
    );
    await this.rig.owner.query(
      `update app.delivery_attempt set detail = $1 where message_id in (select id from app.message where customer_id = $2)`,
      [`550 <${email}> is unknown`, who],
    );
    await this.rig.owner.query(`update app.webhook_call set answer = $1, url = $2 where customer_id = $3`, [
      `no ${email} here`,
      `https://example.com/${encodeURIComponent(email)}`,
      who,
    ]);
  }
}
