import { ErasureStore, RunErasures, UnitOfWork, VirtualClockPort } from '#app/application';
import { jest } from '@jest/globals';
import { expectInvariants } from '../support/invariants.js';
import { ApiRig } from './api-rig.js';
import { at, EVERYTHING, Life, PERSON, START } from './privacy-life.js';

jest.setTimeout(60_000);

interface Listed {
  readonly items: readonly {
    readonly id: string;
    readonly kind: string;
    readonly state: string;
    readonly customer: string;
  }[];
}

let rig: ApiRig;
let life: Life;
beforeEach(async () => {
  rig = await ApiRig.start('privacy-requests');
  life = new Life(rig);
  await rig.app.get(VirtualClockPort).set(Date.parse(START));
  await rig.post('/api/v1/journeys', EVERYTHING);
  await rig.post('/api/v1/journeys/everything/publish');
});
afterEach(async () => {
  jest.restoreAllMocks();
  await expectInvariants(rig.database.ownerUrl);
  await rig.stop();
});

const requests = async (query = '') => (await rig.get<Listed>(`/api/v1/privacy/requests${query}`)).body.items;
const redact = {
  type: 'customer.redacted',
  customer: { externalId: PERSON.externalId },
  occurredAt: at(1),
  data: { reference: 'r-1' },
};

describe('what senders tell', () => {
  it('erases as the call does, once however often it is told', async () => {
    await life.live();
    const customer = await life.idOf(PERSON.email);
    expect(await life.tell(redact)).toBe(202);
    expect(await life.idOf(PERSON.email)).toBeUndefined();
    await life.tell(redact);
    await life.erasures();
    await life.tell(redact);
    expect(await life.canaries()).toEqual([]);
    expect(await requests()).toMatchObject([
      { kind: 'erase', state: 'done', customer, origin: 'sender', reference: 'r-1', dueAt: '2026-04-09T12:00:00.000Z' },
    ]);
  });

  it('notes that somebody wants to see what is known, until somebody says that it was answered', async () => {
    await life.tell({ type: 'customer.created', customer: { email: PERSON.email } });
    await life.tell({ type: 'customer.data_requested', customer: { email: PERSON.email }, data: { reference: '42' } });
    const [request] = await requests('?kind=export&state=open');
    expect(request).toMatchObject({ customer: await life.idOf(PERSON.email), reference: '42', doneAt: null });
    const close = () => rig.post(`/api/v1/privacy/requests/${request?.id}/close`);
    expect(await close()).toMatchObject({ status: 200, body: { state: 'done' } });
    expect(await close()).toMatchObject({ status: 409 });
    expect(await requests('?state=open')).toEqual([]);
  });
});

describe('an erasure', () => {
  const begin = async () => {
    await life.live();
    const customer = await life.idOf(PERSON.email);
    await rig.post(`/api/v1/customers/${customer}/erase`, { reason: 'asked' });
    return customer;
  };
  const endLease = () => rig.owner.query(`update app.privacy_request set lease_until = clock_timestamp()`);

  it('that dies at any step is gone on with, to the same end', async () => {
    await begin();
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
    expect(await life.erasures()).toEqual({ done: 1, postponed: 0 });
    expect(await life.canaries()).toEqual([]);
  });

  it('waits for what is being handed over, and nobody else takes it meanwhile', async () => {
    await begin();
    await rig.owner.query(
      `update app.message set state = 'handing', lease_until = clock_timestamp() + interval '1 hour' where step = 'mail'`,
    );
    expect(await life.erasures()).toEqual({ done: 0, postponed: 1 });
    expect(await life.erasures()).toEqual({ done: 0, postponed: 0 });
    await rig.owner.query(`update app.message set state = 'sent' where step = 'mail'`);
    await endLease();
    expect(await life.erasures()).toEqual({ done: 1, postponed: 0 });
  });

  it('is taken by one worker alone', async () => {
    await begin();
    const reports = await Promise.all([1, 2, 3].map(() => rig.app.get(RunErasures).run()));
    expect(reports.map(({ done }) => done).toSorted()).toEqual([0, 0, 1]);
  });

  it('cannot touch a person who is not erased, whatever it is called with', async () => {
    await life.live();
    const customer = await life.idOf(PERSON.email);
    const counts = await rig.app.get(UnitOfWork).inShop(rig.shopId, async (tx) => {
      const person = { customerId: customer ?? '', recordIds: [customer ?? ''], orderExternalIds: [] };
      const store = rig.app.get(ErasureStore);
      const tables = ['run_journal', 'delivery_attempt', 'contact_verdict'];
      return Promise.all(tables.map((table) => store.empty(tx, table, person)));
    });
    expect(counts).toEqual([0, 0, 0]);
  });
});
