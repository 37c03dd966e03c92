import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type ContactBooks, ContactStore } from '#app/application';
import { ConfiguredChannels } from '#app/channels';
import { LiquidTemplateEngine } from '#app/templates';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import { DeliveryRig } from './delivery-rig.js';
import { type MessagePlan } from './planned-message.js';

jest.setTimeout(60_000);
/** Noon in Berlin, where the shop is. */
const NOON = '2026-03-10T11:00:00.000Z';
const NEXT_MORNING = '2026-03-11T07:00:00.000Z';
const OPTED_IN = { state: 'opted_in', at: '2026-01-01T00:00:00.000Z', proof: null, statements: {} } as const;

class CountingTemplates extends LiquidTemplateEngine {
  rendered = 0;

  override render(...args: Parameters<LiquidTemplateEngine['render']>) {
    this.rendered += 1;
    return super.render(...args);
  }
}

/** Answers the first look with books of the test's own. */
class FalseBooks extends ContactStore {
  constructor(
    private readonly real: ContactStore,
    private readonly change: (books: ContactBooks) => ContactBooks,
  ) {
    super();
  }

  async books(...args: Parameters<ContactStore['books']>): Promise<ContactBooks> {
    return this.change(await this.real.books(...args));
  }
}

let rig: DeliveryRig;
let templates: CountingTemplates;

beforeAll(async () => {
  rig = await DeliveryRig.start('contact_first_look');
  for (const month of ['2026-03-01', '2026-04-01']) await rig.rows('select app.ensure_partitions($1)', [month]);
});
afterAll(async () => {
  await rig.stop();
});
beforeEach(async () => {
  templates = new CountingTemplates();
  await rig.rows('update app.shop set contact_rules = null');
  await goTo(NOON);
});
afterEach(async () => {
  await rig.rows(`update app.message set state = 'failed' where state in ('queued', 'claimed', 'handing')`);
});

const goTo = (now: string) => rig.rows('select app.set_virtual_clock($1)', [now]);
const deliver = async (firstLook: ContactStore = rig.contacts) =>
  rig.deliverer(new ConfiguredChannels({}), { templates, firstLook }).run('email');
async function one(plan: MessagePlan): Promise<string> {
  const due = {
    dueAt: '2026-03-10T10:00:00Z',
    class: 'marketing',
    customer: { consents: { email: OPTED_IN } },
  } as const;
  return (await rig.plan(1, { ...due, ...plan }))[0] ?? '';
}
async function statesOf(ids: readonly string[]): Promise<string[]> {
  const rows = await Promise.all(ids.map((id) => rig.message(id)));
  return rows.map(({ state, reason }) => `${state} ${reason}`);
}
const verdicts = async (id: string) =>
  (
    await rig.rows<{ verdict: string }>(
      'select verdict from app.contact_verdict where message_id = $1 order by epoch',
      [id],
    )
  ).map(({ verdict }) => verdict);

describe('what the rules put off', () => {
  it('is judged once each time and rendered once in all, when it goes', async () => {
    const customerId = randomUUID();
    const ids = [];
    for (let n = 0; n < 4; n += 1) ids.push(await one({ customerId }));
    const rendered: number[] = [];
    for (let day = 0; day < 10; day += 1) {
      await goTo(new Date(Date.parse(NOON) + day * 86_400_000).toISOString());
      await deliver();
      rendered.push(templates.rendered);
    }
    // three in seven days
    expect(rendered).toEqual([1, 2, 3, 3, 3, 3, 3, 4, 4, 4]);
    expect(await statesOf(ids)).toEqual(ids.map(() => 'sent null'));
    expect(await verdicts(ids[3] ?? '')).toEqual(['defer', 'defer', 'defer', 'go']);
  });

  it('is not rendered when it is skipped', async () => {
    const customerId = randomUUID();
    const ids = [await one({ customerId, priority: 60 }), await one({ customerId, expiresAt: '2026-03-10T20:00:00Z' })];
    expect(await deliver()).toMatchObject({ sent: 1, suppressed: 1 });
    expect(await statesOf(ids)).toEqual(['sent null', 'suppressed day-cap']);
    expect(templates.rendered).toBe(1);
  });

  it('ends for what ends it at the gate all the same', async () => {
    const customerId = randomUUID();
    await one({ customerId, priority: 60 });
    const ended = await one({ customerId, runEnd: 'exit:order.cancelled' });
    await deliver();
    expect(await statesOf([ended])).toEqual(['suppressed run-exited']);
  });
});

describe('a first look that was wrong', () => {
  it('costs a message that may go a turn, keeps its place, and leaves no verdict', async () => {
    const customerId = randomUUID();
    const [high, low] = [await one({ customerId, priority: 60 }), await one({ customerId })];
    const night = new FalseBooks(rig.contacts, (books) => ({ ...books, now: Date.parse('2026-03-10T02:00:00Z') }));
    expect(await deliver(night)).toMatchObject({ claimed: 2, sent: 0, retried: 2 });
    expect(await verdicts(high)).toEqual([]);
    expect(await rig.message(high)).toMatchObject({ state: 'queued', reason: null, attempts: 0 });
    await deliver();
    expect(await statesOf([high])).toEqual(['sent null']);
    expect(await rig.message(low)).toMatchObject({ state: 'queued', not_before: new Date(NEXT_MORNING) });
  });

  it('lets nothing pass that the fence holds back', async () => {
    const customerId = randomUUID();
    for (let n = 0; n < 3; n += 1) await one({ customerId });
    const blind = new FalseBooks(rig.contacts, (books) => ({ ...books, people: new Map() }));
    expect(await deliver(blind)).toMatchObject({ claimed: 3, sent: 1, retried: 2 });
    expect(templates.rendered).toBe(3);
  });
});

describe('without rules', () => {
  it('nothing is read of the people', async () => {
    await rig.rows('update app.shop set contact_rules = $1', [NO_CONTACT_RULES]);
    const customerId = randomUUID();
    await one({ customerId });
    await one({ customerId });
    const read: number[] = [];
    const noted = new FalseBooks(rig.contacts, (books) => {
      read.push(books.people.size);
      return books;
    });
    expect(await deliver(noted)).toMatchObject({ sent: 2 });
    expect(read).toEqual([0]);
  });

  it('nothing is read for service messages', async () => {
    await one({ class: 'service' });
    const never = new FalseBooks(rig.contacts, () => {
      throw new Error('the books were opened');
    });
    expect(await deliver(never)).toMatchObject({ sent: 1 });
  });
});
