import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TimelinePage } from '#app/application';
import { IntakeRig } from '../support/intake-rig.js';
import { Story } from '../support/story.js';

let rig: IntakeRig;
let story: Story;

beforeAll(async () => {
  rig = await IntakeRig.start('facts-read');
});
afterAll(async () => {
  await rig.stop();
});
beforeEach(() => {
  story = new Story();
  rig.runtime.told = [];
});

const orderRow = async (order = story.order) => {
  const sql = 'select * from app.orders where external_id = $1';
  return (await rig.rows<{ id: string; customer_id: string; facts: { parcels: unknown[] } }>(sql, [order]))[0];
};

describe('what people read', () => {
  it('is the customer by any address, and by the id of a record that was merged', async () => {
    const { phone } = story;
    await rig.tell(story.placed(story.mail()), story.placed({ phone }, { time: '10:00', order: `${story.order}1` }));
    const loser = (await orderRow(`${story.order}1`))?.customer_id ?? '';
    await rig.tell(story.named({ ...story.mail(), phone }), story.named({ ...story.mail('new'), phone }, '12:00'));
    const page = { limit: 10, after: null };
    const found = await rig.inShop((tx) =>
      rig.directory.customers(tx, { email: story.mail().email.toUpperCase() }, page),
    );
    expect(found).toMatchObject({
      items: [{ orderCount: 2, phone, email: story.mail('new').email, consents: {} }],
      next: null,
    });
    expect(await rig.inShop((tx) => rig.directory.customer(tx, loser))).toEqual(found.items[0]);
    expect(JSON.stringify(found)).not.toContain('stamps');
  });

  it('is a list in pages', async () => {
    for (const name of ['a', 'b', 'c'])
      await rig.tell(story.placed(story.mail(name), { order: `${story.order}${name}` }));
    const first = await rig.inShop((tx) => rig.directory.orders(tx, {}, { limit: 2, after: null }));
    const second = await rig.inShop((tx) => rig.directory.orders(tx, {}, { limit: 100, after: first.next }));
    expect(first.items).toHaveLength(2);
    expect(second.items.map(({ externalId }) => externalId)).toContain(`${story.order}c`);
    expect(second.items.map(({ id }) => id)).not.toContain(first.items[1]?.id);
  });

  it('is the order with its customer and its flags, or a placeholder without', async () => {
    const refund = story.event('order.refunded', '16:00', { refundId: 'r', full: true });
    await rig.tell(story.placed(story.mail()), story.delivered(), refund, story.delivered('15:00', `${story.order}1`));
    const find = async (externalId: string) =>
      (await rig.inShop((tx) => rig.directory.orders(tx, { externalId }, { limit: 2, after: null }))).items;
    expect(await find(story.order)).toMatchObject([
      {
        externalId: story.order,
        ordinal: 1,
        customer: { email: story.mail().email },
        delivered: true,
        fullyRefunded: true,
        refunds: [{ id: 'r' }],
        total: { amount: 1990, currency: 'EUR' },
      },
    ]);
    expect(await find(`${story.order}1`)).toMatchObject([
      { customer: null, placed: false, delivered: true, ordinal: 0 },
    ]);
  });

  it('is the timeline, newest first, page by page without gap or repetition', async () => {
    const hours = ['10', '11', '12', '13'].map((hour) => story.event('order.updated', `${hour}:00`, { name: hour }));
    await rig.tell(story.placed(story.mail()), ...hours, story.event('order.paid', '12:00', {}));
    const customerId = (await orderRow())?.customer_id ?? '';
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const at: string | null = cursor;
      const page: TimelinePage = await rig.inShop((tx) =>
        rig.timeline.timeline(tx, customerId, { cursor: at, limit: 2 }),
      );
      seen.push(
        ...page.items.map((item) =>
          item.kind === 'event' ? `${item.at.slice(11, 13)} ${item.order === story.order}` : item.kind,
        ),
      );
      cursor = page.next;
    } while (cursor !== null);
    expect(seen).toEqual(['13 true', '12 true', '12 true', '11 true', '10 true', '09 true']);
  });

  it('shows messages and runs on the timeline', async () => {
    await rig.tell(story.placed(story.mail()));
    const order = await orderRow();
    await rig.addRun(order?.customer_id ?? '', order?.id ?? '');
    const { items } = await rig.inShop((tx) =>
      rig.timeline.timeline(tx, order?.customer_id ?? '', { cursor: null, limit: 10 }),
    );
    expect(items).toMatchObject([
      { kind: 'run-ended', journey: 'thanks', version: 1, status: 'completed', reason: 'end', order: story.order },
      {
        kind: 'message',
        journey: 'thanks',
        state: 'sent',
        subject: 'Thank you',
        order: story.order,
        at: '2026-03-02T10:00:00.000Z',
      },
      { kind: 'run-started', journey: 'thanks', order: story.order },
      { kind: 'event', type: 'order.placed' },
    ]);
  });

  it('refuses a cursor that no page gave', async () => {
    await expect(rig.inShop((tx) => rig.timeline.timeline(tx, story.order, { cursor: 'x', limit: 2 }))).rejects.toThrow(
      'no cursor of this list',
    );
  });
});
