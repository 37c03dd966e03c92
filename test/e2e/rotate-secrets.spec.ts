import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import pg from 'pg';
import { canariesInDatabase } from '../support/canaries.js';
import { runCommand, startCommand } from '../support/command.js';
import { expectInvariants } from '../support/invariants.js';
import { tidyUp } from '../support/processes.js';
import { orderPlaced } from '../support/shopify-orders.js';
import { askingJourney } from './asking-journey.js';
import { Cluster, eventually, Installation, linkIn } from './installation.js';

jest.setTimeout(180_000);
const APPS = ['standalone'] as const;
const ERASED = { email: 'zq9.canary@mail.example', order: '990077112244' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const JOURNEY = askingJourney({
  class: 'feedback',
  subject: 'Hello',
  text: '{{ links.survey }} {{ links.unsubscribe }}',
});

let cluster: Cluster;
let shop: Installation;
let owner: pg.Client;
/** Read at each start of the apps. */
const env: Record<string, string> = {};
const keys = (present: string, fallbacks?: string): Record<string, string> => ({
  SECRET_KEY: present,
  ...(fallbacks === undefined ? {} : { SECRET_KEY_FALLBACKS: fallbacks }),
});
const fresh = (): string => randomBytes(36).toString('base64url');
const command = (settings: Record<string, string>, ...args: string[]) =>
  runCommand(args, { DATABASE_URL: shop.databaseUrl, ...settings });

async function restartWith(settings: Record<string, string>): Promise<void> {
  for (const name of ['SECRET_KEY', 'SECRET_KEY_FALLBACKS']) delete env[name];
  Object.assign(env, settings);
  await shop.restart('stop', ...APPS);
}

const order = (id: number, email = `p${id}@example.com`) =>
  orderPlaced({ id, email, at: new Date(Date.now() - 60_000).toISOString() });

/** The pages of the message that an order leads to. */
async function written(email: string): Promise<{ survey: string; unsubscribe: string }> {
  const message = await eventually(
    async () => (await shop.messages('state=sent')).find(({ to }) => to === email),
    60_000,
  );
  const { text } = await shop.client.get<{ text: string }>(`/api/v1/messages/${message.id}`);
  return { survey: linkIn(text, 's'), unsubscribe: linkIn(text, 'u') };
}

const settled = () =>
  eventually(async () => {
    const { rows } = await owner.query(`select 1 from app.inbox_event where state in ('new', 'claimed')`);
    return rows.length === 0 ? true : null;
  }, 60_000);

describe('a SECRET_KEY that is changed while work goes on', () => {
  const [first, second] = [fresh(), fresh()];
  let links: { survey: string; unsubscribe: string };
  let callSecret: string;

  beforeAll(async () => {
    cluster = await Cluster.start();
    shop = new Installation(cluster, await cluster.database(), env);
    Object.assign(env, keys(first));
    await shop.start(...APPS);
    owner = new pg.Client({ connectionString: shop.databaseUrl });
    await owner.connect();
    await shop.client.patch('/api/v1/shop', { locale: 'en', contactRules: { hours: null, perDay: null } });
    await shop.publish(JOURNEY);
  });
  afterAll(() =>
    tidyUp(
      () => shop && expectInvariants(shop.databaseUrl),
      () => owner?.end(),
      () => shop?.stop(),
      () => cluster?.stop(),
    ),
  );

  it('leaves under the first key a mail with links, somebody who was erased, and secrets', async () => {
    const sender = await shop.sender();
    await sender.send(order(1));
    links = await written('p1@example.com');
    expect(links.survey).toContain('/s/');
    await sender.send(order(Number(ERASED.order), ERASED.email));
    const [message] = await eventually(async () => {
      const found = (await shop.messages()).filter(({ to }) => to === ERASED.email);
      return found.length > 0 ? found : null;
    }, 60_000);
    await shop.client.post(`/api/v1/customers/${message?.customer}/erase`, { reason: 'asked' });
    await eventually(async () => {
      const { items } = await shop.client.get<{ items: { state: string }[] }>('/api/v1/privacy/requests');
      return items[0]?.state === 'done' ? true : null;
    }, 60_000);
    ({ secret: callSecret } = await shop.client.get<{ secret: string }>('/api/v1/webhooks/secret'));
  });

  it('opens under the second what the first has sealed, and moves it while processes run', async () => {
    await restartWith(keys(second, first));
    const sender = await shop.sender();
    let sent = 100;
    let isOver = false;
    const traffic = (async () => {
      for (; !isOver; sent += 1) {
        expect(await sender.send(order(sent))).toMatchObject({ status: 202 });
        await sleep(50);
      }
    })();
    const told = await command(keys(second, first), 'rotate-secrets');
    isOver = true;
    await traffic;
    // two keys of the installation, the source's secret, the secret of calls
    expect(told).toMatch(/^4 stored secrets were sealed by another key/m);
    expect(told).toContain('Nothing needs an older key');
    expect(await command(keys(second, first), 'rotate-secrets')).toMatch(/^0 stored secrets/m);
  });

  it('needs the first key no more: links, secrets and who was erased hold on', async () => {
    await restartWith(keys(second));
    const sender = await shop.sender();
    expect(await sender.send(order(2))).toMatchObject({ status: 202 });
    expect((await shop.client.get<{ secret: string }>('/api/v1/webhooks/secret')).secret).toBe(callSecret);
    const answer = await shop.client.call('POST', links.survey, 'score=5', FORM);
    expect([200, 303]).toContain(answer.status);
    expect((await shop.client.call('GET', links.unsubscribe)).status).toBe(200);
    expect((await shop.client.call('POST', links.unsubscribe, '', FORM)).status).toBeLessThan(400);
    // told once more what was told before the erasure
    await sender.send({ ...order(Number(ERASED.order), ERASED.email), webhookId: 'told-once-more' });
    await settled();
    expect(await canariesInDatabase(owner, ERASED)).toEqual([]);
    // who unsubscribed is known by the hash of their address
    await sender.send(order(3, 'p1@example.com'));
    await written('p2@example.com');
    await settled();
    const toThem = (await shop.messages('state=sent')).filter(({ to }) => to === 'p1@example.com');
    expect(toThem).toHaveLength(1);
  });

  it('is told where somebody comes with the first key, and where new passwords of the roles are wanted', async () => {
    const refused = await startCommand(['migrate'], { DATABASE_URL: shop.databaseUrl, ...keys(first) }).ended;
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain('This database belongs to another SECRET_KEY');
    expect(await command(keys(second), 'rotate-secrets', '--database-passwords')).toContain('have new passwords');
    await restartWith(keys(second));
    await (await shop.sender()).send(order(4));
    await written('p4@example.com');
  });
});
