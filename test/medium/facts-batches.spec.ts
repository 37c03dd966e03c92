import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { NormalisedEvent } from '#app/domain';
import { IntakeRig } from '../support/intake-rig.js';
import { Story } from '../support/story.js';

let rig: IntakeRig;
let story: Story;

beforeAll(async () => {
  rig = await IntakeRig.start('facts-batches');
});
afterAll(async () => {
  await rig.stop();
});
beforeEach(() => {
  story = new Story();
  rig.runtime.told = [];
});

const customers = (email: string) => rig.rows<{ id: string }>('select * from app.customer where email = $1', [email]);
const toldTypes = (): string[] => rig.runtime.told.map(({ event }) => event.type);

describe('a body that fails', () => {
  it('is buried at once when it can’t be read, and its neighbours go on', async () => {
    const bad = await rig.postBody('[]', 'nobody');
    await rig.post(story.placed(story.mail()));
    expect(await rig.process.run()).toMatchObject({ claimed: 2, events: 1, buried: 1 });
    expect(await rig.rows('select code, state from app.dead_letter where ref_id = $1', [bad])).toEqual([
      { code: 'event.invalid', state: 'open' },
    ]);
  });

  it('in a journey is tried five times with pauses between, while its neighbours go on', async () => {
    rig.runtime.failOn = story.order;
    const bad = await rig.post(story.placed(story.mail('bad')));
    await rig.post(story.placed(story.mail(), { order: `${story.order}1` }));
    expect(await rig.process.run()).toMatchObject({ claimed: 2, events: 1, released: 1 });
    expect(await customers(story.mail('bad').email)).toEqual([]);
    expect(await rig.process.run()).toMatchObject({ claimed: 0 });
    for (let n = 0; n < 3; n += 1) {
      await rig.endLeases();
      expect(await rig.process.run()).toMatchObject({ released: 1, buried: 0 });
    }
    await rig.endLeases();
    expect(await rig.process.run()).toMatchObject({ released: 0, buried: 1 });
    rig.runtime.failOn = null;
    expect(await rig.process.run()).toMatchObject({ claimed: 0 });
    expect(await rig.rows('select attempts, error from app.dead_letter where ref_id = $1', [bad])).toEqual([
      { attempts: 5, error: 'the journey broke' },
    ]);
  });
});

describe('a body that ends its worker', () => {
  it('goes alone after two claims and is buried after five, while its neighbours lose nothing', async () => {
    const bad = await rig.post(story.placed(story.mail('bad')));
    await rig.post(story.placed(story.mail(), { order: `${story.order}1` }));
    await rig.post(story.placed(story.mail('third'), { order: `${story.order}2` }));
    await rig.rows(`update app.inbox_event set attempts = 5 where id = $1`, [bad]);
    await rig.rows(`update app.inbox_event set attempts = 2 where state = 'new' and id <> $1`, [bad]);
    expect(await rig.process.run()).toMatchObject({ claimed: 1, buried: 1 });
    expect(await rig.rows(`select attempts from app.inbox_event where state = 'new'`)).toEqual([
      { attempts: 2 },
      { attempts: 2 },
    ]);
    expect(await rig.process.run()).toMatchObject({ claimed: 1, events: 1 });
    expect(await rig.process.run()).toMatchObject({ claimed: 1, events: 1 });
    expect(await rig.rows('select code, attempts from app.dead_letter where ref_id = $1', [bad])).toEqual([
      { code: 'internal', attempts: 6 },
    ]);
  });

  it('is buried with an error that quotes what can’t be stored', async () => {
    const bad = await rig.postBody('"a \\u0000 and \\ud83d"');
    expect(await rig.process.run()).toMatchObject({ claimed: 1, buried: 1 });
    expect(await rig.rows('select code from app.dead_letter where ref_id = $1', [bad])).toEqual([
      { code: 'event.invalid' },
    ]);
  });
});

describe('consent', () => {
  const said = (state: 'opted_in' | 'opted_out', level: 'single' | 'evidence', time: string): NormalisedEvent =>
    story.event('consent.changed', time, { channel: 'email', state, level }, { customer: story.mail(), order: null });
  const suppressed = async (): Promise<boolean> => {
    const hmac = rig.secrets.fingerprint(story.mail().email, 'address');
    return (await rig.rows('select 1 from app.suppression where address_hmac = $1', [hmac])).length === 1;
  };

  it('suppresses the address on an opt-out and frees it on a newer opt-in said outright', async () => {
    await rig.tell(said('opted_out', 'single', '10:00'));
    expect(await suppressed()).toBe(true);
    await rig.tell(
      said('opted_in', 'single', '09:00'),
      said('opted_in', 'evidence', '11:00'),
      story.placed(story.mail(), { consents: [{ channel: 'email' }], time: '12:00' }),
    );
    expect(await suppressed()).toBe(true);
    await rig.tell(said('opted_in', 'single', '13:00'));
    expect(await suppressed()).toBe(false);
  });
});

describe('an answer', () => {
  const scale = { min: 1, max: 5, polarity: 'higher-better', topK: 2 } as const;
  const answered = (score: number, time: string, rest: object = {}): NormalisedEvent =>
    story.event('survey.answered', time, { survey: 'csat', score, ...rest }, { customer: story.mail() });
  const answers = () =>
    rig.rows<{ score: number; superseded: boolean }>(
      'select a.score, a.superseded from app.survey_answer a join app.orders o on o.id = a.order_id where o.external_id = $1 order by a.answered_at',
      [story.order],
    );

  beforeAll(() =>
    rig.publishSurvey({ key: 'csat', metric: 'csat', scale, question: { en: 'How was it?' }, anchors: {} }),
  );

  it('is kept with the scale it was asked on', async () => {
    await rig.tell(story.placed(story.mail()), answered(4, '18:00', { comment: 'fine' }));
    expect(
      await rig.rows(
        'select a.metric, a.scale, a.comment from app.survey_answer a join app.orders o on o.id = a.order_id where o.external_id = $1',
        [story.order],
      ),
    ).toEqual([{ metric: 'csat', scale, comment: 'fine' }]);
    expect(toldTypes()).toContain('survey.answered');
  });

  it('replaces the one before it within a quarter of an hour of the first, whatever the order of arrival', async () => {
    const instanceId = `i${story.n}`;
    await rig.tell(
      answered(3, '18:10', { instanceId }),
      answered(1, '18:00', { instanceId }),
      answered(5, '18:16', { instanceId }),
    );
    expect(await answers()).toEqual([
      { score: 1, superseded: true },
      { score: 3, superseded: false },
      { score: 5, superseded: true },
    ]);
  });

  it('to a survey nobody knows is refused, unless it brings its metric and scale', async () => {
    const id = await rig.post(answered(4, '18:00', { survey: 'other' }));
    await rig.post(answered(6, '18:00'));
    await rig.post(
      answered(9, '18:00', {
        survey: 'mine',
        metric: 'nps',
        scale: { min: 0, max: 10, polarity: 'higher-better', topK: 2 },
      }),
    );
    expect(await rig.process.run()).toMatchObject({ events: 1, buried: 2 });
    const [letter] = await rig.rows<{ error: string }>('select error from app.dead_letter where ref_id = $1', [id]);
    expect(letter?.error).toBe(
      "Survey 'other' is not known: publish a journey that asks it, or send metric and scale.",
    );
    expect(await answers()).toEqual([{ score: 9, superseded: false }]);
  });
});

describe('isolation', () => {
  it('shows another shop nothing, and nothing at all without a shop', async () => {
    await rig.tell(story.placed(story.mail()));
    const other = randomUUID();
    await rig.addShop(other);
    for (const table of [
      'customer',
      'customer_identity',
      'orders',
      'event',
      'inbox_event',
      'inbox_dedupe',
      'survey_answer',
    ]) {
      const sql = `select 1 from app.${table} limit 1`;
      expect(await rig.seenBy(other, sql)).toEqual([]);
      expect(await rig.seenBy(null, sql)).toEqual([]);
    }
    expect(await rig.seenBy(rig.shopId, 'select 1 from app.customer limit 1')).toHaveLength(1);
  });
});

describe('several workers', () => {
  it('share a shop without losing or doubling anything', async () => {
    const orders = Array.from({ length: 300 }, (_, n) => `${story.order}${n}`);
    const placed = orders.map((order, n) => [story.placed(story.mail(`many${n % 40}.`), { order })]);
    await rig.postAll([...orders.map((order) => [story.delivered('15:00', order)]), ...placed]);
    const drain = async (): Promise<number> => {
      let events = 0;
      for (let report = await rig.process.run(); report.claimed > 0; report = await rig.process.run())
        events += report.events;
      return events;
    };
    const counts = await Promise.all([drain(), drain(), drain()]);
    expect(counts.reduce((a, b) => a + b)).toBe(600);
    const told = rig.runtime.told.map(({ event }) => event.id);
    expect(new Set(told).size).toBe(600);
    expect(
      await rig.rows('select 1 from app.customer where email like $1', [`many%.${story.n}@example.com`]),
    ).toHaveLength(40);
  });
});

describe('throughput', () => {
  it('needs as many statements for a batch of 200 as for one of 20', async () => {
    const history = (n: number): NormalisedEvent[][] => {
      const order = `${story.order}${n}`;
      return [
        [story.placed({ email: `bulk${story.n}.${n}@example.com` }, { order })],
        [story.delivered('15:00', order)],
      ];
    };
    const batch = async (count: number, offset: number): Promise<number> => {
      await rig.postAll(Array.from({ length: count / 2 }, (_, n) => history(offset + n)).flat());
      return rig.counting(() => rig.process.run());
    };
    const [small, large] = [await batch(20, 0), await batch(200, 1_000)];
    console.log(`statements for a batch of 20: ${small}, of 200: ${large}`);
    expect(large).toBe(small);

    await rig.postAll(Array.from({ length: 500 }, (_, n) => history(10_000 + n)).flat());
    const startedAt = performance.now();
    let events = 0;
    for (let report = await rig.process.run(); report.claimed > 0; report = await rig.process.run())
      events += report.events;
    console.log(`${Math.round((events * 1_000) / (performance.now() - startedAt))} events/s over ${events} events`);
    expect(events).toBe(1_000);
  });
});
