import { randomUUID } from 'node:crypto';
import { PgActStore } from '#app/persistence';
import { IntakeRig } from '../support/intake-rig.js';
import { Story } from '../support/story.js';

let rig: IntakeRig;
let story: Story;
const journeyId = randomUUID();

beforeAll(async () => {
  rig = await IntakeRig.start('acts_merge');
});
afterAll(() => rig.stop());
beforeEach(() => {
  story = new Story();
});

const idOf = async (column: 'email' | 'phone', value: string): Promise<string> => {
  const [row] = await rig.rows<{ id: string }>(`select id from app.customer where ${column} = $1`, [value]);
  if (!row) throw new Error(`nobody with ${value}`);
  return row.id;
};

/** What a run of each person did, at this hour of the day. */
const act = (customerId: string, hour: number, ...acts: object[]): Promise<void> => {
  const run = { id: randomUUID(), journeyId, customerId, orderId: null, isHeld: false };
  const at = Date.parse('2026-03-02T00:00:00Z') + hour * 3_600_000;
  const due = acts.map((one, index) => ({ run, effect: { type: 'act', step: 's', visit: 1, index, at, act: one } }));
  return rig.inShop((tx) => new PgActStore().perform(tx, due as never));
};

const set = (attribute: string, value: string) => ({ type: 'set', attribute, value });
const tag = (name: string, isOn = true) => ({ type: 'tag', tag: name, isOn });
const open = (topic: string, title: string) => ({ type: 'open-case', topic, title, priority: 'normal' });

describe('records that turn out to be one person’s', () => {
  it('keep what journeys did for either of them', async () => {
    const { phone } = story;
    const { email } = story.mail();
    await rig.tell(story.placed({ email }), story.placed({ phone }, { time: '10:00', order: `${story.order}1` }));
    const [elder, younger] = [await idOf('email', email), await idOf('phone', phone)];
    await act(elder, 12, set('a', 'elder'), set('b', 'elder'), tag('x'), tag('y', false), open('both', 'elder'), {
      type: 'assign',
      arm: 'elder',
    });
    await act(younger, 13, set('a', 'younger'), set('c', 'younger'), tag('x', false), tag('z'), {
      type: 'assign',
      arm: 'younger',
    });
    await act(
      younger,
      14,
      open('both', 'younger'),
      open('own', 'younger'),
      { type: 'award', points: 5, reason: 'r' },
      { type: 'promise', what: 'w', due: '2026-03-09' },
      { type: 'call', url: 'https://example.com/', payload: null },
    );
    await rig.tell(story.named({ email, phone }));

    const [snapshot] = await rig.inShop(async (tx) =>
      rig.facts.snapshots(tx, await rig.facts.shop(tx), [{ customerId: younger, orderId: null }]),
    );
    expect(snapshot?.customerId).toBe(elder);
    expect(snapshot?.customer.attributes).toEqual({ a: 'younger', b: 'elder', c: 'younger' });
    expect(snapshot?.customer.tags).toEqual(['z']);
    const cases = await rig.rows(
      `select f.customer_id, f.topic, f.title, f.state, f.outcome, (select count(*)::int from app.case_note n where n.case_id = f.id) as notes
       from app.case_file f order by f.topic, f.state`,
    );
    expect(cases).toEqual([
      { customer_id: elder, topic: 'both', title: 'younger', state: 'closed', outcome: 'merged', notes: 0 },
      { customer_id: elder, topic: 'both', title: 'elder', state: 'open', outcome: null, notes: 2 },
      { customer_id: elder, topic: 'own', title: 'younger', state: 'open', outcome: null, notes: 1 },
    ]);
    const owners = await rig.rows(
      `select 'points' as what, customer_id from app.points_entry union all select 'promise', customer_id from app.promise
       union all select 'call', customer_id from app.webhook_call union all select arm, customer_id from app.assignment order by 1`,
    );
    expect(owners).toEqual(['call', 'elder', 'points', 'promise'].map((what) => ({ what, customer_id: elder })));
    const record = await rig.inShop((tx) => rig.directory.customer(tx, younger));
    expect(record).toMatchObject({ id: elder, tags: ['z'], attributes: { b: 'elder' } });
  });

  it('may be three at once', async () => {
    const { phone } = story;
    const { email } = story.mail();
    const other = story.mail('other').email;
    await rig.tell(
      story.placed({ email }),
      story.placed({ phone }, { time: '10:00', order: `${story.order}1` }),
      story.placed({ email: other }, { time: '10:30', order: `${story.order}2` }),
    );
    const ids = [await idOf('email', email), await idOf('phone', phone), await idOf('email', other)] as const;
    await act(ids[1], 11, open('late', 'second'), set('a', 'second'));
    await act(ids[2], 12, open('late', 'third'), set('a', 'third'));
    await rig.post(story.named({ email, phone }), story.named({ email: other, phone }, '12:00'));
    await rig.process.run();
    const open2 = await rig.rows(
      `select title, customer_id from app.case_file where state = 'open' and topic = 'late'`,
    );
    expect(open2).toEqual([{ title: 'second', customer_id: ids[0] }]);
    const values = await rig.rows('select customer_id, value from app.customer_attribute where customer_id = any($1)', [
      ids,
    ]);
    expect(values).toEqual([{ customer_id: ids[0], value: 'third' }]);
  });
});
