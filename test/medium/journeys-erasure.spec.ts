import { DeliverMessages, FireDueTimers, ProcessInbox, VirtualClockPort } from '#app/application';
import type { CustomerFacts } from '#app/domain';
import { expectInvariants } from '../support/invariants.js';
import { ApiRig } from './api-rig.js';
import { aJourney, JourneyRig, NOW, type Person, send, step, wait } from './journeys-rig.js';

const after = (hours: number): string => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();

describe('somebody who asks to be erased', () => {
  let rig: JourneyRig;
  beforeEach(async () => {
    rig = await JourneyRig.start('journeys-erasure');
  });
  afterEach(async () => {
    await expectInvariants(rig.ownerUrl);
    await rig.stop();
  });

  const erase = async (person: Person): Promise<Person> => {
    const customer: CustomerFacts = { ...person.customer, erasedAt: after(1) };
    await rig.query('update app.customer set facts = $2 where id = $1', [person.customerId, JSON.stringify(customer)]);
    return { ...person, customer };
  };
  const tellErasure = (person: Person) =>
    rig.hear(rig.event(person, 'customer.redacted', { occurredAt: after(1), withOrder: false }));
  const messages = async () => (await rig.messages()).map(({ step: id, state, reason }) => [id, state, reason]);
  const ends = async () => (await rig.runRows()).map(({ status, end_reason }) => [status, end_reason]);

  it('leaves every journey, whatever its document says, and gets nothing that waits to go out', async () => {
    const calls = step('tell', 'call-webhook', { url: 'https://warehouse.example/cards', payload: {} });
    await rig.publish(aJourney({ steps: [send('first'), calls, wait('rest', 'P7D'), send('second')] }));
    await rig.publish(aJourney({ key: 'ended', steps: [send('only')] }));
    const [leaves, stays] = await rig.people(2);
    if (!leaves || !stays) throw new Error('two people');
    await rig.hear(rig.event(leaves, 'order.placed'), rig.event(stays, 'order.placed'));
    const erased = await erase(leaves);
    await tellErasure(erased);
    expect((await ends()).toSorted()).toEqual([
      ['completed', 'end'],
      ['completed', 'end'],
      ['exited', 'erased'],
      ['waiting', null],
    ]);
    expect((await messages()).toSorted()).toEqual([
      ['first', 'queued', null],
      ['first', 'suppressed', 'erased'],
      ['only', 'queued', null],
      ['only', 'suppressed', 'erased'],
    ]);
    expect(await rig.query('select state, reason from app.webhook_call order by state')).toEqual([
      { state: 'queued', reason: null },
      { state: 'suppressed', reason: 'erased' },
    ]);
    expect(await rig.timers()).toHaveLength(1);
  });

  it('enters no journey afterwards', async () => {
    await rig.publish(aJourney());
    const erased = await erase(await rig.person());
    await tellErasure(erased);
    expect(await rig.hear(rig.event(erased, 'order.placed', { occurredAt: after(2) }))).toMatchObject({ started: 0 });
    expect(await messages()).toEqual([]);
  });

  it('ends a run whose timer falls due before it has heard', async () => {
    await rig.publish(aJourney({ steps: [wait('rest', 'PT2H'), send('late')] }));
    const person = await rig.person();
    await rig.hear(rig.event(person, 'order.placed'));
    await erase(person);
    await rig.setNow(after(2));
    expect(await rig.makeTimers().run()).toMatchObject({ fired: 1, messages: 0 });
    expect(await ends()).toEqual([['exited', 'erased']]);
    expect(await messages()).toEqual([]);
  });
});

describe('an erasure that comes in', () => {
  let rig: ApiRig;
  let n = 0;
  const tell = async (type: string, at: string, data = {}) => {
    n += 1;
    const customer = { externalId: '1', email: 'ada@mail.example' };
    const order = type.startsWith('order.') ? { order: { externalId: `o${n}` } } : {};
    await rig.post('/api/v1/events', { id: `e${n}`, type, occurredAt: at, customer, ...order, data });
    await rig.app.get(ProcessInbox).run();
  };
  beforeAll(async () => {
    rig = await ApiRig.start('erasure');
    await rig.post('/api/v1/journeys', aJourney({ steps: [send('say'), wait('rest', 'P1D'), send('again')] }));
    await rig.post('/api/v1/journeys/thanks/publish');
  }, 60_000);
  afterAll(() => rig.stop());

  it('ends what is under way, lets nothing out any more and starts nothing, whatever comes later', async () => {
    await rig.app.get(VirtualClockPort).set(Date.parse(NOW));
    await tell('order.placed', NOW);
    await rig.app.get(VirtualClockPort).set(Date.parse(after(1)));
    await tell('customer.redacted', after(1));
    await tell('order.placed', after(0.5));
    await tell('customer.updated', after(2));
    await rig.app.get(VirtualClockPort).set(Date.parse(after(48)));
    await rig.app.get(FireDueTimers).run();
    expect(await rig.app.get(DeliverMessages).run('email')).toMatchObject({ claimed: 0, sent: 0 });
    const { rows } = await rig.owner.query('select status, end_reason from app.journey_run');
    expect(rows).toEqual([{ status: 'exited', end_reason: 'erased' }]);
    const messages = await rig.get('/api/v1/messages');
    expect(messages.body).toMatchObject({ items: [{ state: 'suppressed', reason: 'erased' }] });
    const customer = (await rig.owner.query<{ id: string }>('select id from app.customer')).rows[0]?.id;
    const why = await rig.get(`/api/v1/customers/${customer}/explain?journey=thanks`);
    expect(why.text).toContain('the customer asked to be erased');
  });
});
