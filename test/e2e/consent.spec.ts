import { jest } from '@jest/globals';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import { describeBackends } from '../support/describe-backends.js';
import { expectInvariants } from '../support/invariants.js';
import { tidyUp } from '../support/processes.js';
import { Cluster, Installation, linkIn } from './installation.js';

jest.setTimeout(120_000);
const START = '2026-03-02T08:00:00.000Z';
const PERSON = { email: 'ada@example.com' };

interface Consents {
  readonly channels: readonly {
    readonly channel: string;
    readonly classes: readonly { readonly class: string; readonly state: string; readonly allowed: boolean }[];
  }[];
}

describeBackends('consent that is asked for, proved and taken back', (backend) => {
  let cluster: Cluster;
  let shop: Installation;
  beforeAll(async () => {
    cluster = await Cluster.start();
    shop = await Installation.inVirtualTime(cluster, backend, START);
    await shop.client.patch('/api/v1/shop', { contactRules: NO_CONTACT_RULES, doubleOptIn: ['email'] });
    await shop.install('confirm-subscription');
    await shop.client.post('/api/v1/journeys', NEWS);
    await shop.client.post('/api/v1/journeys/news/publish', {});
  });
  afterAll(() =>
    tidyUp(
      () => shop && expectInvariants(shop.databaseUrl),
      () => shop?.stop(),
      () => cluster?.stop(),
    ),
  );

  const now = async (): Promise<string> => (await shop.client.get<{ now: string }>('/api/v1/clock')).now;
  const tell = async (type: string, data: object, order?: string): Promise<void> => {
    const occurredAt = await now();
    const event = { id: `${type}-${occurredAt}-${order ?? ''}`, type, occurredAt, customer: PERSON, data };
    await shop.client.post('/api/v1/events', order === undefined ? event : { ...event, order: { externalId: order } });
    await shop.advance('PT1M');
  };
  const subscribe = () => tell('consent.changed', { channel: 'email', state: 'opted_in', level: 'single' });
  const press = (path: string, fields = '') =>
    shop.client.http.send({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: fields,
    });
  const look = (path: string) => shop.client.http.send({ method: 'GET', path });
  const email = async () => {
    const { items } = await shop.client.get<{ items: { id: string }[] }>(`/api/v1/customers?email=${PERSON.email}`);
    const { channels } = await shop.client.get<Consents>(`/api/v1/customers/${items[0]?.id}/consents`);
    const classes = channels.find(({ channel }) => channel === 'email')?.classes ?? [];
    return Object.fromEntries(classes.map((each) => [each.class, each]));
  };
  const states = async (journey: string): Promise<string[]> =>
    (await shop.messages(`journey=${journey}`)).map(({ state }) => state).toSorted();

  it('is pending until the person says so: no marketing goes out, and one mail asks, once', async () => {
    await subscribe();
    await subscribe();
    expect(await states('confirm-subscription')).toEqual(['sent']);
    expect((await email())['marketing']).toMatchObject({ state: 'pending', allowed: false });
    await tell('order.placed', { consents: [{ channel: 'email' }] }, '1');
    expect(await states('news')).toEqual(['suppressed']);
    expect(await states('confirm-subscription')).toEqual(['sent']);
  });

  it('is given by the button, not by whoever opens the link', async () => {
    const [asked] = await shop.messages('journey=confirm-subscription');
    const path = linkIn(asked?.html ?? '', 'c');
    for (let times = 0; times < 2; times += 1) expect((await look(path)).text).toContain('<form method="post">');
    await shop.advance('PT1M');
    expect((await email())['marketing']).toMatchObject({ state: 'pending' });
    for (let times = 0; times < 2; times += 1) expect((await press(path)).text).toContain('that is settled');
    expect((await email())['marketing']).toMatchObject({ state: 'opted_in', level: 'confirmed', allowed: true });
    await shop.advance('PT1M');
    await tell('order.placed', {}, '2');
    expect(await states('news')).toEqual(['sent', 'suppressed']);
  });

  it('is taken back by class with a link at the foot of each mail', async () => {
    const [news] = await shop.messages('journey=news&state=sent');
    const path = linkIn(news?.html ?? '', 'p');
    expect((await look(path)).text).toContain('value="email.marketing" checked');
    const kept = 'act=save&on=email.feedback&on=email.review';
    const saved = await press(path, `${kept}&shown=email.feedback&shown=email.review&shown=email.marketing`);
    expect(saved.status).toBe(200);
    expect(await email()).toMatchObject({
      review: { allowed: true },
      marketing: { state: 'opted_out', allowed: false },
    });
    await tell('order.placed', {}, '3');
    expect(await states('news')).toEqual(['sent', 'suppressed', 'suppressed']);
  });
});

const NEWS = {
  key: 'news',
  title: 'News',
  class: 'marketing',
  trigger: 'order.placed',
  entry: { key: 'order.id', reentry: 'never' },
  holdOut: 'none',
  goal: { event: 'order.placed', within: 'P30D' },
  steps: [{ id: 'send', kind: 'send', settings: { template: 'news', channels: ['email'], usefulFor: 'P1D' } }],
  templates: { news: { en: { subject: 'News', mjml: '<mj-text>News</mj-text>' } } },
};
