import {
  type FactsChanges,
  type FactsStore,
  type Transaction,
  KeepDates,
  OpenJourneys,
  RaiseEvents,
  RingDates,
  WalkJourney,
} from '#app/application';
import type { CustomerFacts } from '#app/domain';
import { PgCalendarStore, PgClock, PgFactsReader, PgFactsStore } from '#app/persistence';
import { UuidV7Ids } from '#app/platform';
import type { JourneyRig, Person } from './journeys-rig.js';

/** Can't store the events of some people. */
export class FailingStore extends PgFactsStore {
  constructor(private readonly customerIds: readonly (string | undefined)[]) {
    super();
  }

  override save(tx: Transaction, changes: FactsChanges): ReturnType<FactsStore['save']> {
    if (changes.events.some(({ customerId }) => this.customerIds.includes(customerId ?? undefined)))
      return Promise.reject(new Error('the disk is full of birthdays'));
    return super.save(tx, changes);
  }
}

/** What lets people in by dates and schedules, over the rig's database. */
export function openerOf(rig: JourneyRig, intake: FactsStore = new PgFactsStore()): OpenJourneys {
  const { plans, unitOfWork, hints } = rig;
  const [calendar, facts] = [new PgCalendarStore(), new PgFactsReader()];
  const raise = new RaiseEvents(intake, rig.makeRuntime(), new UuidV7Ids());
  const dates = new RingDates(calendar, plans, facts, raise);
  const walks = new WalkJourney(calendar, plans, facts, new KeepDates(calendar, plans), raise);
  return new OpenJourneys(unitOfWork, calendar, dates, walks, intake, facts, new PgClock(rig.dataSource), hints);
}

/** Lets in whoever is due now; returns how many runs began. */
export async function openAll(rig: JourneyRig): Promise<number> {
  const opener = openerOf(rig);
  let started = 0;
  for (let claimed = 1; claimed > 0;) {
    const report = await opener.run();
    claimed = report.claimed;
    started += report.started;
  }
  return started;
}

/** Writes facts and tells the journeys, as intake does on an event. */
export async function learn(rig: JourneyRig, person: Person, facts: Partial<CustomerFacts>): Promise<Person> {
  const changed = { ...person, customer: { ...person.customer, ...facts } };
  await rig.query('update app.customer set facts = $2 where id = $1', [person.customerId, changed.customer]);
  await rig.hear(rig.event(changed, 'customer.updated', { withOrder: false }));
  return changed;
}
