import { ErasureStore, RepeatErasures, RunErasures, UnitOfWork, VirtualClockPort } from '#app/application';
import { jest } from '@jest/globals';
import { canariesIn } from '../support/canaries.js';
import { expectInvariants } from '../support/invariants.js';
import { ApiRig } from './api-rig.js';
import { at, Life, PERSON } from './privacy-life.js';

jest.setTimeout(120_000);

interface Listed {
  readonly items: readonly { readonly id: string; readonly customer: string }[];
}

let rig: ApiRig;
let life: Life;
let customer: string;
beforeAll(async () => {
  rig = await ApiRig.start('privacy-requests');
  life = new Life(rig);
  await life.open();
  await life.live();
  customer = (await life.idOf(PERSON.email)) ?? '';
});
afterEach(async () => {
  jest.restoreAllMocks();
  await expectInvariants(rig.database.ownerUrl);
});
afterAll(() => rig.stop());

const requests = async (query = '') => (await rig.get<Listed>(`/api/v1/privacy/requests${query}`)).body.items;
const endLease = () => rig.owner.query(`update app.privacy_request set lease_until = clock_timestamp()`);

describe('a request to see what is known', () => {
  it('is noted when a sender tells it, until somebody says that it was answered', async () => {
    const who = { customer: { externalId: PERSON.externalId } };
    await life.tell({ type: 'customer.data_requested', ...who, data: { reference: '42' } });
    const [request] = await requests('?kind=export&state=open');
    expect(request).toMatchObject({ customer, reference: '42', doneAt: null, dueAt: '2026-04-09T12:00:00.000Z' });
    const close = () => rig.post(`/api/v1/privacy/requests/${request?.id}/close`);
    expect(await close()).toMatchObject({ status: 200, body: { state: 'done' } });
    expect(await close()).toMatchObject({ status: 409 });
    expect(await requests('?state=open')).toEqual([]);
  });
});

describe('an erasure', () => {
  it('cannot change the journals of somebody who is not erased, whatever it is called with', async () => {
    const person = { customerId: customer, recordIds: [customer], orderExternalIds: [] };
    const store = rig.app.get(ErasureStore);
    const tables = ['run_journal', 'delivery_attempt', 'contact_verdict'];
    const counts = await rig.app
      .get(UnitOfWork)
      .inShop(rig.shopId, (tx) => Promise.all(tables.map((table) => store.empty(tx, table, person))));
    expect(counts).toEqual([0, 0, 0]);
  });

  it('waits for what is being handed over', async () => {
    await rig.post(`/api/v1/customers/${customer}/erase`, { reason: 'asked' });
    const hand = (state: string) =>
      rig.owner.query(`update app.message set state = $1 where step = 'mail' and customer_id = $2`, [state, customer]);
    await hand('handing');
    expect(await life.erasures()).toEqual({ done: 0, postponed: 1 });
    expect(await life.erasures()).toEqual({ done: 0, postponed: 0 });
    await hand('sent');
    await endLease();
  });

  it('that dies at any step is gone on with, by one worker alone, to the same end', async () => {
    const store = rig.app.get(ErasureStore);
    const empty = store.empty.bind(store);
    for (let step = 0; step < store.tables().length; step += 4) {
      let left = step;
      jest.spyOn(store, 'empty').mockImplementation(async (tx, table, person) => {
        if (left === 0) throw new Error('the worker dies');
        left -= 1;
        return empty(tx, table, person);
      });
      await expect(life.erasures()).rejects.toThrow('the worker dies');
      expect(await life.erasures()).toEqual({ done: 0, postponed: 0 });
      await endLease();
    }
    jest.restoreAllMocks();
    const reports = await Promise.all([1, 2, 3].map(() => rig.app.get(RunErasures).run()));
    expect(reports.map(({ done }) => done).toSorted()).toEqual([0, 0, 1]);
    expect(await life.canaries()).toEqual([]);
  });

  it('that a sender tells does what the call does, once however often it is told', async () => {
    await rig.app.get(VirtualClockPort).set(Date.parse(at(24)));
    const { externalId, email, lastName } = PERSON;
    const data = { profile: { lastName } };
    await life.tell({
      type: 'order.placed',
      customer: { externalId, email },
      order: { externalId: 'new-order' },
      occurredAt: at(24),
      data,
    });
    await life.deliver();
    const again = await life.idOf(email);
    await rig.app.get(VirtualClockPort).set(Date.parse(at(25)));
    const redact = {
      type: 'customer.redacted',
      customer: { externalId },
      occurredAt: at(25),
      data: { reference: 'r-1' },
    };
    await life.tell(redact);
    expect(await life.idOf(email)).toBeUndefined();
    await life.tell(redact);
    await life.erasures();
    await life.tell(redact);
    expect(await life.canaries()).toEqual([]);
    const told = (await requests('?kind=erase')).filter((request) => request.customer === again);
    expect(told).toMatchObject([{ state: 'done', origin: 'sender', reason: null, reference: 'r-1' }]);
  });
});

describe('a database restored from a backup', () => {
  it('is told by the register who was erased since, and erases them again', async () => {
    const restored = await ApiRig.start('privacy-restored');
    try {
      const then = new Life(restored);
      await then.open();
      await then.live();
      const who = (await then.idOf(PERSON.email)) ?? '';
      const { names, addresses } = await rig.app.get(RepeatErasures).list(rig.shopId);
      const register = {
        erasures: [
          { customer: who, reason: null },
          { customer, reason: null },
        ],
        names,
        addresses,
      };
      expect(canariesIn(JSON.stringify(register), PERSON)).toEqual([]);
      expect(await restored.app.get(RepeatErasures).repeat(restored.shopId, register)).toEqual({
        done: 1,
        postponed: 0,
      });
      expect(await then.canaries()).toEqual([]);
      expect(await restored.app.get(RepeatErasures).repeat(restored.shopId, register)).toEqual({
        done: 0,
        postponed: 0,
      });
      const again = await restored.app.get(RepeatErasures).list(restored.shopId);
      expect(again.names).toHaveLength(names.length);
    } finally {
      await restored.stop();
    }
  });
});
