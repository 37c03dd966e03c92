import { jest } from '@jest/globals';
import { describeBackends } from '../support/describe-backends.js';
import { expectInvariants } from '../support/invariants.js';
import { tidyUp } from '../support/processes.js';
import { Cluster, Installation } from './installation.js';

jest.setTimeout(120_000);
const START = '2026-03-02T08:00:00.000Z';

describeBackends('people who enter without an event of a sender', (backend) => {
  let cluster: Cluster;
  let shop: Installation;

  beforeAll(async () => {
    cluster = await Cluster.start();
    shop = await Installation.inVirtualTime(cluster, backend, START);
    const gift = { en: 'Free shipping', fr: 'La livraison offerte', url: 'https://shop.example/gift' };
    await shop.install('birthday', { gift, holdOutPercent: 0 });
    await shop.install('you-said-we-did', { window: null });
    await shop.client.post('/api/v1/journeys', REGULARS);
    await shop.client.post('/api/v1/journeys/regulars/publish', {});
    for (const [name, birthday, timeZone] of [
      ['ada', '1990-05-17', 'America/New_York'],
      ['leap', '1992-02-29', 'Europe/Paris'],
    ] as const)
      await tell(name, { attributes: { birthday }, timeZone, tags: name === 'ada' ? ['regular'] : [] });
    await shop.advance('PT1M');
  });

  afterAll(() =>
    tidyUp(
      () => shop && expectInvariants(shop.databaseUrl),
      () => shop?.stop(),
      () => cluster?.stop(),
    ),
  );

  const tell = async (name: string, profile: object): Promise<void> => {
    const { now } = await shop.client.get<{ now: string }>('/api/v1/clock');
    const event = { occurredAt: now, customer: { email: `${name}@example.com` } };
    const consent = { channel: 'email', state: 'opted_in', level: 'confirmed' };
    await shop.client.post('/api/v1/events', {
      ...event,
      id: `${name}-p${now}`,
      type: 'customer.updated',
      data: { profile },
    });
    await shop.client.post('/api/v1/events', {
      ...event,
      id: `${name}-c${now}`,
      type: 'consent.changed',
      data: consent,
    });
  };
  const sent = async (journey: string): Promise<string[]> =>
    (await shop.messages(`journey=${journey}`)).map(({ to, subject, dueAt }) => `${dueAt} ${to} ${subject}`).toSorted();

  it('are sent a gift a week before their birthday and a greeting on it, by their own clocks', async () => {
    await shop.advance('P80D');
    expect(await sent('birthday')).toEqual([
      '2026-05-10T13:00:00.000Z ada@example.com A little something for your birthday',
      '2026-05-17T13:00:00.000Z ada@example.com Happy birthday',
    ]);
  });

  it('enter each Monday while the segment holds', async () => {
    const mondays = await sent('regulars');
    expect(mondays).toHaveLength(11);
    expect(mondays[0]).toBe('2026-03-09T08:00:00.000Z ada@example.com News');
    expect(mondays[10]).toBe('2026-05-18T07:00:00.000Z ada@example.com News');
    await tell('ada', { tags: [] });
    await shop.advance('P14D');
    expect(await sent('regulars')).toHaveLength(11);
  });

  it('are named by API, and told why somebody was not let in', async () => {
    const data = { theme: 'boxes', did: { en: 'Our boxes have a double wall now.' } };
    const people = ['ada', 'leap', 'stranger'].map((name) => ({ customer: { email: `${name}@example.com` }, data }));
    expect(await shop.client.post('/api/v1/journeys/you-said-we-did/entries', people)).toMatchObject({
      entered: 2,
      items: [{}, {}, { reason: 'unknown-customer' }],
    });
    await shop.advance('PT1H');
    expect(await sent('you-said-we-did')).toHaveLength(2);
  });

  it('have their birthday on the 28th of February when they were born on the 29th', async () => {
    await shop.advance('P300D');
    expect((await sent('birthday')).filter((line) => line.includes('leap@'))).toEqual([
      '2027-02-21T08:00:00.000Z leap@example.com A little something for your birthday',
      '2027-02-28T08:00:00.000Z leap@example.com Happy birthday',
    ]);
  });
});

const REGULARS = {
  key: 'regulars',
  title: 'News for regular customers',
  class: 'marketing',
  trigger: { schedule: { every: 'week', on: ['mon'], at: '09:00' }, segment: '"regular" in customer.tags' },
  entry: { key: 'customer.id', per: 'week' },
  holdOut: 'none',
  steps: [{ id: 'tell', kind: 'send', settings: { template: 'news', channels: ['email'], usefulFor: 'P3D' } }],
  templates: { news: { en: { subject: 'News', mjml: '<mj-text>There is something new.</mj-text>' } } },
};
