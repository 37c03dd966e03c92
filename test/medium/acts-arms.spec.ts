import { aJourney, JourneyRig, NOW, type Person, send, step, wait } from './journeys-rig.js';

const after = (hours: number): string => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();
const split = (a: number, b: number) =>
  step('arms', 'split', {
    arms: [
      { arm: 'a', weight: a, goto: 'say-a' },
      { arm: 'b', weight: b, goto: 'say-b' },
    ],
  });
const entry = { key: 'customer.id', reentry: 'after-end' } as const;
const steps = [send('say-a'), step('done', 'exit', {}), send('say-b')];

let rig: JourneyRig;
beforeEach(async () => {
  rig = await JourneyRig.start('acts_arms');
});
afterEach(() => rig.stop());

const publish = (a: number, b: number, lead: ReturnType<typeof wait>[] = []) =>
  rig.publish(aJourney({ entry, steps: [...lead, split(a, b), ...steps], settings: { weights: `${a}:${b}` } }));
const arms = async () =>
  (await rig.query('select arm from app.assignment order by customer_id')).map(({ arm }) => arm as string);
const said = async (person: Person) =>
  (
    await rig.query('select step from app.message where customer_id = $1 order by created_at, id', [person.customerId])
  ).map((row) => row['step'] as string);

describe('the arm that a person was given', () => {
  it('stays theirs when they enter again a version with other weights', async () => {
    await publish(1, 0);
    const people = await rig.people(6);
    await rig.hear(...people.map((person) => rig.event(person, 'order.placed')));
    await publish(1, 1_000_000);
    const later = { occurredAt: after(1) };
    await rig.setNow(after(1));
    await rig.hear(...people.map((person) => rig.event(person, 'order.placed', later)));
    for (const person of people) expect(await said(person)).toEqual(['say-a', 'say-a']);
    const fresh = await rig.people(6);
    await rig.hear(...fresh.map((person) => rig.event(person, 'order.placed', later)));
    for (const person of fresh) expect(await said(person)).toEqual(['say-b']);
  });

  it('is read by timers, and of the person that a record was merged into', async () => {
    await publish(1, 0);
    const [survivor, loser] = (await rig.people(2)) as [Person, Person];
    await rig.hear(rig.event(survivor, 'order.placed'));
    await publish(1, 1_000_000, [wait('pause', 'PT1H')]);
    await rig.hear(rig.event(loser, 'order.placed'));
    await rig.query('update app.customer set merged_into = $2 where id = $1', [loser.customerId, survivor.customerId]);
    await rig.setNow(after(2));
    expect(await rig.makeTimers().run()).toMatchObject({ fired: 1 });
    expect(await said(loser)).toEqual(['say-a']);
  });

  it('is replaced once it is closed', async () => {
    await publish(1, 0);
    const person = await rig.person();
    await rig.hear(rig.event(person, 'order.placed'));
    expect(await arms()).toEqual(['a']);
    await publish(0, 1);
    await rig.hear(rig.event(person, 'order.placed', { occurredAt: after(1) }));
    expect(await arms()).toEqual(['b']);
    expect(await said(person)).toEqual(['say-a', 'say-b']);
  });
});
