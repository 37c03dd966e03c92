import { jest } from '@jest/globals';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import { describeBackends } from '../support/describe-backends.js';
import { expectInvariants } from '../support/invariants.js';
import { tidyUp } from '../support/processes.js';
import { orderPlaced, parcelDelivered } from '../support/shopify-orders.js';
import { Cluster, eventually, Installation, linkIn, type ListedMessage } from './installation.js';

jest.setTimeout(90_000);
const START = '2026-03-02T08:00:00.000Z';
/** Seconds after the start, ISO 8601. */
const at = (seconds: number): string => new Date(Date.parse(START) + seconds * 1000).toISOString();

describeBackends('a shop in virtual time', (backend) => {
  let cluster: Cluster;
  let shop: Installation;

  beforeAll(async () => {
    cluster = await Cluster.start();
    shop = await Installation.inVirtualTime(cluster, backend, START);
    await shop.client.patch('/api/v1/shop', { contactRules: NO_CONTACT_RULES });
    await shop.install('delivery-csat', { window: null, after: 'PT36H' });
    await shop.install('review-request', { window: null, after: 'PT72H', reminder: false });
    await shop.install('order-thank-you');
  });

  afterAll(() =>
    tidyUp(
      () => shop && expectInvariants(shop.databaseUrl),
      () => shop?.stop(),
      () => cluster?.stop(),
    ),
  );

  const now = async (): Promise<string> => (await shop.client.get<{ now: string }>('/api/v1/clock')).now;
  const scores = () => shop.client.get<{ n: number; value: number | null }>('/api/v1/scores/csat');
  const only = async (query: string): Promise<ListedMessage> => {
    const messages = await shop.messages(query);
    expect(messages).toHaveLength(1);
    return messages[0]!;
  };
  const buyAndReceive = async (id: number): Promise<void> => {
    const sender = await shop.sender();
    const time = await now();
    expect((await sender.send(orderPlaced({ id, email: `p${id}@example.com`, at: time }))).status).toBe(202);
    expect((await sender.send(parcelDelivered({ id, at: time }))).status).toBe(202);
  };

  it('stands still until it is advanced, and never goes back', async () => {
    expect(await now()).toBe(START);
    await shop.advance('PT1H');
    expect(await now()).toBe(at(3600));
    const back = await shop.client.call('POST', '/api/v1/clock/advance', { to: START });
    expect(back.status).toBe(409);
    expect(await now()).toBe(at(3600));
  });

  it('asks after the delivery; opening the link records nothing, answering does, once', async () => {
    await buyAndReceive(101);
    await shop.advance('PT35H');
    expect(await shop.messages('journey=delivery-csat')).toEqual([]);
    await shop.advance('PT1H');
    const message = await only('journey=delivery-csat');
    expect(message).toMatchObject({ state: 'sent', order: '101', to: 'p101@example.com' });
    const path = linkIn(message.html, 's');

    const open = (method: string) => shop.client.http.send({ method, path: `${path}?score=5` });
    const page = await open('GET');
    expect(page).toMatchObject({ status: 200, headers: { 'content-type': expect.stringContaining('text/html') } });
    expect((await open('HEAD')).text).toBe('');
    await shop.advance('PT1M');
    expect(await scores()).toMatchObject({ n: 0, value: null });

    const submission = /name="submission" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const answer = (score: number) =>
      shop.client.http.send({
        method: 'POST',
        path,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ submission, score: String(score), comment: 'Quick and whole' }).toString(),
      });
    expect((await answer(5)).status).toBeLessThan(400);
    expect((await answer(5)).status).toBeLessThan(400);
    await shop.advance('PT1M');
    expect(await scores()).toMatchObject({ n: 1, value: 100 });
  });

  it('keeps a review request from somebody who has unsubscribed in the meantime', async () => {
    await buyAndReceive(102);
    await shop.advance('PT40H');
    const path = linkIn((await only('journey=delivery-csat&order=102')).html, 'u');
    expect((await shop.client.http.send({ method: 'GET', path })).status).toBe(200);
    const unsubscribe = {
      method: 'POST',
      path,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    };
    expect((await shop.client.http.send(unsubscribe)).status).toBe(200);
    await shop.advance('PT40H');
    expect(await only('journey=review-request&order=102')).toMatchObject({ state: 'suppressed' });
    expect(await only('journey=review-request&order=101')).toMatchObject({ state: 'sent' });

    const sender = await shop.sender();
    await sender.send(orderPlaced({ id: 103, email: 'p102@example.com', at: await now() }));
    const service = await eventually(
      async () => (await shop.messages('journey=order-thank-you&order=103&state=sent'))[0],
    );
    expect(service.to).toBe('p102@example.com');
  });

  it('refuses a second advance beside a running one', async () => {
    for (let id = 201; id <= 212; id += 1) {
      const sender = await shop.sender();
      const time = new Date(Date.parse(await now()) - (id - 200) * 1000).toISOString();
      await sender.send(orderPlaced({ id, email: `p${id}@example.com`, at: time }));
      await sender.send(parcelDelivered({ id, at: time }));
    }
    const advance = () => shop.client.call('POST', '/api/v1/clock/advance', { by: 'P4D' });
    const statuses = (await Promise.all([advance(), advance(), advance()])).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 409, 409]);
    expect(await shop.messages('journey=review-request&state=sent')).toHaveLength(13);
  });

  it('has the same time after a restart, with every wait in place', async () => {
    await buyAndReceive(301);
    await shop.advance('PT1H');
    const before = await now();
    await shop.restart('stop', 'standalone');
    expect(await now()).toBe(before);
    await shop.advance('PT72H');
    expect(await only('journey=review-request&order=301')).toMatchObject({ state: 'sent' });
  });
});
