import { randomUUID } from 'node:crypto';
import { PgActStore, PgFactsReader } from '#app/persistence';
import { aJourney, JourneyRig, NOW, type Person, send, step, wait } from './journeys-rig.js';

const after = (hours: number): string => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();

let rig: JourneyRig;
beforeEach(async () => {
  rig = await JourneyRig.start('acts');
});
afterEach(() => rig.stop());

const snapshot = async ({ customerId, orderId }: Person) => {
  const facts = new PgFactsReader();
  const [found] = await rig.unitOfWork.inShop(rig.shop.id, (tx) =>
    facts.snapshots(tx, rig.shop, [{ customerId, orderId }]),
  );
  if (!found) throw new Error('no snapshot');
  return found;
};
const fire = async (iso: string) => {
  await rig.setNow(iso);
  return rig.makeTimers().run();
};

describe('acts of a batch', () => {
  const everything = [
    step('attribute', 'set-attribute', { attribute: 'size', value: 'L' }),
    step('tags', 'tag', { add: ['care', 'vip'], remove: ['new'] }),
    step('points', 'award-points', { points: 50, reason: 'Sorry' }),
    step('case', 'open-case', { topic: 'late-delivery', title: 'Parcel is late', priority: 'high' }),
    step('promise', 'promise', { what: 'delivery', in: 'P2D' }),
    step('call', 'call-webhook', { url: 'https://example.com/hook', payload: { order: 'order.name' } }),
    step('arms', 'split', {
      arms: [
        { arm: 'a', weight: 1 },
        { arm: 'b', weight: 0 },
      ],
    }),
  ];

  it('are performed in the transaction of the decision', async () => {
    await rig.publish(aJourney({ steps: everything }));
    const person = await rig.person({ tags: ['new'] });
    expect(await rig.hear(rig.event(person, 'order.placed'))).toMatchObject({ started: 1, media: ['webhook'] });
    const [run] = await rig.runRows();
    const of = { customer_id: person.customerId, order_id: person.orderId, run_id: run?.id, visit: expect.any(Number) };
    expect(await rig.query('select * from app.points_entry')).toMatchObject([
      { ...of, step: 'points', act_index: 0, points: 50, reason: 'Sorry', at: new Date(NOW) },
    ]);
    expect(await rig.query('select *, due::text as day from app.promise')).toMatchObject([
      { ...of, what: 'delivery', day: '2026-03-12', made_at: new Date(NOW) },
    ]);
    expect(await rig.query('select * from app.case_file')).toMatchObject([
      {
        topic: 'late-delivery',
        title: 'Parcel is late',
        priority: 'high',
        state: 'open',
        customer_id: person.customerId,
      },
    ]);
    expect(await rig.query('select * from app.webhook_call')).toMatchObject([
      { ...of, url: 'https://example.com/hook', payload: { order: `#${person.externalOrderId}` }, state: 'queued' },
    ]);
    expect(await rig.query('select * from app.assignment')).toMatchObject([
      { step: 'arms', arm: 'a', customer_id: person.customerId, assigned_at: new Date(NOW) },
    ]);
    const { customer } = await snapshot(person);
    expect([customer.attributes, [...customer.tags].toSorted()]).toEqual([{ size: 'L' }, ['care', 'vip']]);
  });

  it('are done once, even when the batch is performed twice', async () => {
    await rig.publish(aJourney({ steps: everything }));
    const person = await rig.person();
    await rig.hear(rig.event(person, 'order.placed'), rig.event(person, 'order.placed'));
    await rig.hear(rig.event(person, 'order.placed'));
    const [run] = await rig.runRows();
    const store = new PgActStore();
    const at = Date.parse(NOW);
    const stored = {
      ...run,
      id: run?.id ?? '',
      customerId: person.customerId,
      orderId: person.orderId,
      journeyId: run?.journey_id,
      isHeld: false,
    };
    const due = (name: string, visit: number, act: object) => ({
      run: stored,
      effect: { type: 'act', step: name, visit, index: 0, at, act },
    });
    const again = [
      due('points', 3, { type: 'award', points: 50, reason: 'Sorry' }),
      due('case', 4, { type: 'open-case', topic: 'late-delivery', title: 'Parcel is late', priority: 'high' }),
      due('promise', 5, { type: 'promise', what: 'delivery', due: '2026-03-12' }),
      due('call', 6, { type: 'call', url: 'https://example.com/hook', payload: null }),
      due('arms', 7, { type: 'assign', arm: 'b' }),
    ];
    await rig.unitOfWork.inShop(rig.shop.id, (tx) => store.perform(tx, again as never));
    const counts = await rig.query(
      `select (select count(*) from app.points_entry) as points, (select count(*) from app.case_note) as notes,
        (select count(*) from app.promise) as promises, (select count(*) from app.webhook_call) as calls,
        (select string_agg(arm, ',') from app.assignment) as arms`,
    );
    expect(counts).toEqual([{ points: '1', notes: '1', promises: '1', calls: '1', arms: 'a' }]);
  });

  it('of runs whose entry exists already are left out', async () => {
    await rig.publish(aJourney({ steps: [step('points', 'award-points', { points: 5, reason: 'x' })] }));
    const person = await rig.person();
    const placed = () => rig.event(person, 'order.placed');
    await Promise.all([rig.hearBy(rig.makeRuntime(), [placed()]), rig.hearBy(rig.makeRuntime(), [placed()])]);
    expect(await rig.query('select points from app.points_entry')).toHaveLength(1);
  });

  it('that a timer brings about are performed as well', async () => {
    await rig.publish(aJourney({ steps: [wait('pause', 'PT1H'), step('tags', 'tag', { add: ['later'] })] }));
    const person = await rig.person();
    await rig.hear(rig.event(person, 'order.placed'));
    await fire(after(1));
    expect((await snapshot(person)).customer.tags).toEqual(['later']);
    expect(await rig.query('select set_at from app.customer_tag')).toEqual([{ set_at: new Date(after(1)) }]);
  });
});

describe('what journeys write about a person', () => {
  const tag = aJourney({
    key: 'tag',
    steps: [step('tag', 'tag', { add: ['gold'] }), step('set', 'set-attribute', { attribute: 'mood', value: 4 })],
  });
  const audience = 'customer.tags.exists(t, t == "gold") && customer.attributes.mood == 4';

  it('is seen by the audience of later events', async () => {
    await rig.publish(tag);
    await rig.publish(aJourney({ key: 'gold', trigger: { event: 'order.paid' }, audience }));
    const person = await rig.person();
    await rig.hear(rig.event(person, 'order.placed'));
    expect(await rig.hear(rig.event(person, 'order.paid'))).toMatchObject({ started: 1 });
  });

  it('is seen by later events of the same batch', async () => {
    await rig.publish(tag);
    await rig.publish(aJourney({ key: 'gold', trigger: { event: 'order.paid' }, audience }));
    const person = await rig.person();
    const report = await rig.hear(rig.event(person, 'order.placed'), rig.event(person, 'order.paid'));
    expect(report).toMatchObject({ started: 2 });
  });

  it('is the last word by business time, in whatever order it is stored', async () => {
    const person = await rig.person();
    const store = new PgActStore();
    const write = (hour: number, value: string) =>
      rig.unitOfWork.inShop(rig.shop.id, (tx) =>
        store.perform(tx, [
          {
            run: { id: randomUUID(), customerId: person.customerId, orderId: null },
            effect: {
              type: 'act',
              step: 's',
              visit: 1,
              index: 0,
              at: Date.parse(after(hour)),
              act: { type: 'set', attribute: 'a', value },
            },
          },
        ] as never),
      );
    await write(2, 'later');
    await write(1, 'earlier');
    expect((await snapshot(person)).customer.attributes).toEqual({ a: 'later' });
  });
});

describe('cases', () => {
  it('of one person and topic are one while it is open; the most urgent reason counts', async () => {
    const open = (priority: string) => [
      step('case', 'open-case', { topic: 'late', title: `Is ${priority}`, priority }),
    ];
    await rig.publish(aJourney({ key: 'a', steps: open('normal') }));
    await rig.publish(aJourney({ key: 'b', trigger: { event: 'order.paid' }, steps: open('urgent') }));
    const [one, other] = await rig.people(2);
    if (!one || !other) throw new Error('two people');
    await rig.hear(rig.event(one, 'order.placed'), rig.event(other, 'order.placed'), rig.event(one, 'order.paid'));
    await rig.hear(rig.event(other, 'order.paid'));
    const cases = await rig.query(
      `select f.customer_id, f.title, f.priority, count(*)::int as notes from app.case_file f
       join app.case_note n on n.case_id = f.id group by 1, 2, 3`,
    );
    expect(cases).toHaveLength(2);
    expect(cases).toEqual(
      expect.arrayContaining([
        { customer_id: one.customerId, title: 'Is normal', priority: 'urgent', notes: 2 },
        { customer_id: other.customerId, title: 'Is normal', priority: 'urgent', notes: 2 },
      ]),
    );
  });
});

describe('held-out sends', () => {
  it('are noted as held out where they would have gone, and refused where not', async () => {
    await rig.publish(
      aJourney({ class: 'marketing', steps: [step('hold', 'hold-out', { percent: 100 }), send('say')] }),
    );
    const consented = { email: { state: 'opted_in', at: NOW, proof: null, statements: {} } } as const;
    const [yes, no] = [await rig.person({ consents: consented }), await rig.person()];
    const report = await rig.hear(rig.event(yes, 'order.placed'), rig.event(no, 'order.placed'));
    expect(report).toMatchObject({ messages: 0, media: [] });
    expect((await rig.messages()).map(({ state, reason }) => [state, reason]).toSorted()).toEqual([
      ['held_out', null],
      ['suppressed', expect.any(String)],
    ]);
    expect(await rig.query(`select * from app.claim_due_messages('email', 10, 10, interval '1 minute')`)).toEqual([]);
  });
});
