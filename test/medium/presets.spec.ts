import { readFileSync } from 'node:fs';
import {
  DeliverMessages,
  FireDueTimers,
  InstallPreset,
  OpenJourneys,
  ProcessInbox,
  VirtualClockPort,
} from '#app/application';
import { type Json, toInstant } from '#app/domain';
import { parse } from 'yaml';
import { expectInvariants } from '../support/invariants.js';
import { ApiRig } from './api-rig.js';

const START = '2026-03-02T09:00:00.000Z';
/** Past the anniversary of the first order. */
const END = '2027-06-01T00:00:00.000Z';
const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;

interface Sample {
  readonly presets: Readonly<Record<string, { readonly settings?: Readonly<Record<string, Json>> }>>;
}

/** What happens to an order, with the hours after it was placed. */
type Story = readonly (readonly [hours: number, type: string, data?: object])[];

const parcel = { parcelId: 'a', trackingUrl: 'https://carrier.example/a' };
const ARRIVES: Story = [
  [1, 'order.paid'],
  [20, 'shipment.in_transit', parcel],
  [68, 'shipment.out_for_delivery', parcel],
  [72, 'shipment.delivered', parcel],
];
const STORIES: Readonly<Record<string, Story>> = {
  'arrives and pleases': [
    ...ARRIVES,
    [80, 'ticket.solved', { ticketId: 't', topic: 'care' }],
    [130, 'survey.answered', { survey: 'relationship-nps', score: 10 }],
  ],
  'arrives late and is told of': [
    [1, 'order.paid'],
    [20, 'shipment.in_transit', parcel],
    [60, 'shipment.delayed', parcel],
    [220, 'shipment.delivered', parcel],
  ],
  'never leaves': [[1, 'order.paid']],
  'is missed, then picked up': [
    ...ARRIVES.slice(0, 3),
    [70, 'shipment.attempt_failed', parcel],
    [90, 'shipment.available_for_pickup', parcel],
    [300, 'shipment.delivered', parcel],
  ],
  'is missed and left lying': [
    ...ARRIVES.slice(0, 3),
    [70, 'shipment.attempt_failed', parcel],
    [130, 'shipment.available_for_pickup', parcel],
  ],
  'gets stuck': [...ARRIVES.slice(0, 2), [40, 'shipment.exception', parcel]],
  'is sent back': [
    ...ARRIVES,
    [100, 'return.requested', { returnId: 'r' }],
    [200, 'order.refunded', { refundId: 'f', full: true }],
    [260, 'survey.answered', { survey: 'return-ease', score: 2 }],
  ],
  'is sent back and paid back late': [...ARRIVES, [100, 'return.requested'], [500, 'order.refunded', { full: true }]],
  'is cancelled': [
    [1, 'order.paid'],
    [30, 'order.cancelled'],
  ],
  'disappoints in public': [...ARRIVES, [500, 'review.submitted', { rating: 1, title: 'Broken' }]],
  'is a gift': ARRIVES,
  'is cancelled by somebody who unsubscribes, then subscribes where that has to be confirmed': [
    [30, 'order.cancelled'],
    [40, 'consent.changed', { channel: 'email', state: 'opted_out' }],
    [50, 'consent.changed', { channel: 'email', state: 'pending' }],
  ],
};

class Shop {
  private readonly clock: VirtualClockPort;

  constructor(private readonly rig: ApiRig) {
    this.clock = rig.app.get(VirtualClockPort);
  }

  /** Every day is worked off on its own; timers ring by the time at which they fell due. */
  async liveThrough(events: readonly (readonly [at: number, body: object])[]): Promise<void> {
    for (const [at, body] of events) {
      await this.reach(at);
      const answer = await this.rig.post('/api/v1/events', body);
      if (answer.status !== 202) throw new Error(answer.text);
      await this.work();
    }
    const changed = { theme: 'packaging', did: { en: 'New boxes.', fr: 'De nouveaux cartons.' } };
    const entry = { customer: { externalId: 'p0-0' }, data: changed };
    const answer = await this.rig.post<{ status: string }>('/api/v1/journeys/you-said-we-did/entries', entry);
    if (answer.body.status !== 'entered') throw new Error(answer.text);
    await this.work();
    await this.reach(toInstant(END));
  }

  private async reach(target: number): Promise<void> {
    for (let now = (await this.clock.read()) ?? 0; now < target;) {
      now = Math.min(target, now + DAY_HOURS * HOUR_MS);
      const { nextTimer } = await this.clock.agenda();
      if (now < target && (nextTimer === null || nextTimer > now)) continue;
      await this.clock.set(now);
      await this.work();
    }
  }

  private async work(): Promise<void> {
    while ((await this.rig.app.get(ProcessInbox).run()).claimed > 0);
    while ((await this.rig.app.get(FireDueTimers).run()).claimed > 0);
    while ((await this.rig.app.get(OpenJourneys).run()).claimed > 0);
    for (const medium of ['email', 'sms'] as const) await this.rig.app.get(DeliverMessages).run(medium);
  }
}

/** Who is drawn into which arm is chance: enough people for each arm. */
const TWINS = [0, 1, 2, 3];

/** Four people live through each story; the second one orders again before the year is over. */
function history(): (readonly [number, object])[] {
  const told: (readonly [number, object])[] = [];
  const order = (name: string, story: Story, person: string, at: number): void => {
    const customer = { externalId: person, email: `${person}@mail.example`, phone: '+33612345678' };
    const tell = (type: string, occurred: number, data: object): void => {
      const occurredAt = new Date(occurred).toISOString();
      told.push([
        occurred,
        { id: `${name}-${type}-${occurred}`, type, occurredAt, customer, order: { externalId: name }, data },
      ]);
    };
    tell('order.placed', at, {
      name: `#${name}`,
      promisedDate: new Date(at + 5 * DAY_HOURS * HOUR_MS).toISOString().slice(0, 10),
      total: { amount: '49.00', currency: 'EUR' },
      lines: [
        { id: '1', title: 'Olive wood bowl', quantity: 1, sku: 'BOWL-1' },
        { id: '2', title: 'Linen oil', quantity: 1, sku: 'OIL-2' },
      ],
      isGift: story === STORIES['is a gift'],
      profile: {
        firstName: 'Ines',
        locale: person.endsWith('0') ? 'fr' : 'en',
        timeZone: 'Europe/Paris',
        attributes: { birthday: '06-15' },
      },
      consents: [{ channel: 'email' }, { channel: 'sms' }],
    });
    for (const [hours, type, data = {}] of story) tell(type, at + hours * HOUR_MS, data);
  };
  Object.values(STORIES).forEach((story, number) => {
    for (const twin of TWINS) {
      const at = toInstant(START) + (number * TWINS.length + twin) * 5 * HOUR_MS;
      order(`${number}${twin}`, story, `p${number}-${twin}`, at);
      if (twin === 1) order(`${number}9`, ARRIVES, `p${number}-${twin}`, at + 290 * DAY_HOURS * HOUR_MS);
    }
  });
  return told.toSorted(([a], [b]) => a - b);
}

describe('all presets together', () => {
  let rig: ApiRig;
  let keys: string[];
  const rows = async <T extends object>(sql: string): Promise<T[]> => (await rig.owner.query<T>(sql)).rows;

  beforeAll(async () => {
    rig = await ApiRig.start('presets');
    await rig.app.get(VirtualClockPort).set(toInstant(START));
    keys = (await rig.app.get(InstallPreset).list()).map(({ key }) => key);
    const { presets } = parse(readFileSync('config/presets/samples/known.yaml', 'utf8')) as Sample;
    for (const key of keys) {
      const settings = key === 'surprise' ? { nothing: 0, card: 1, gift: 1 } : (presets[key]?.settings ?? {});
      const { status, text } = await rig.post(`/api/v1/presets/${key}/install`, { publish: true, settings });
      if (status >= 300) throw new Error(text);
    }
    await new Shop(rig).liveThrough(history());
  }, 300_000);

  afterAll(() => rig.stop());

  it('let somebody in and fail nobody', async () => {
    const runs = await rows<{ key: string; failed: number }>(
      `select j.key, count(*) filter (where r.status = 'failed')::int as failed
       from app.journey_run r join app.journey j on j.id = r.journey_id group by j.key order by j.key`,
    );
    expect(runs).toEqual(keys.toSorted().map((key) => ({ key, failed: 0 })));
  });

  it('write messages that can be composed, by each of their steps', async () => {
    expect(await rows(`select template, state, reason from app.message where state = 'failed'`)).toEqual([]);
    const planned = await rows<{ key: string; template: string }>(
      `select distinct j.key, m.template from app.message m join app.journey j on j.id = m.journey_id`,
    );
    const written = new Set(planned.map(({ key, template }) => `${key} ${template}`));
    const documents = await rows<{ key: string; document: { templates: object } }>(
      `select j.key, v.document from app.journey_version v join app.journey j on j.id = v.journey_id`,
    );
    const unused = documents.flatMap(({ key, document }) =>
      Object.keys(document.templates)
        .filter((name) => !written.has(`${key} ${name}`))
        .map((name) => `${key} ${name}`),
    );
    expect(unused).toEqual([]);
  });

  it('do only what can be done', async () => {
    expect(await rows(`select step, data from app.run_journal where kind = 'act'`)).toEqual([]);
  });

  it('leave every visit accounted for', () => expectInvariants(rig.owner));
});
