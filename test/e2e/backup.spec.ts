import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand, startCommand } from '../support/command.js';
import { expectInvariants } from '../support/invariants.js';
import { tidyUp } from '../support/processes.js';
import { orderPlaced } from '../support/shopify-orders.js';
import { Cluster, eventually, Installation } from './installation.js';
import { ask } from '../support/ask.js';

const PATIENCE_MS = 180_000;
const KEEPER = 'keeper';

/** A mail at once, and one a second later. */
const JOURNEY = `
key: two-words
title: Two words
class: service
trigger: order.placed
entry: { key: order.id, reentry: never }
steps:
  - { id: first, kind: send, settings: { template: word, channels: [email] } }
  - { id: pause, kind: wait, settings: { for: PT1S } }
  - { id: second, kind: send, settings: { template: word, channels: [email] } }
templates:
  word: { en: { subject: 'About {{ order.name }}', preheader: 'A word', mjml: '<mj-text><p>Thank you</p></mj-text>' } }
`;

const folder = mkdtempSync(path.join(tmpdir(), 'afterglow-backup-'));
let cluster: Cluster;
let superuserUrl: string;
let shop: Installation;
const installations: Installation[] = [];

/** As on a server of somebody else's: the owner of the database is no superuser, and bound by row-level security. */
async function ownDatabase(name: string): Promise<string> {
  await ask(superuserUrl, `create database ${name} owner ${KEEPER}`);
  const url = new URL(superuserUrl);
  Object.assign(url, { username: KEEPER, password: KEEPER, pathname: `/${name}` });
  return url.href;
}

/** The same database; row-level security is tried by taking on the role that it binds. */
function bySuperuser(url: string): string {
  const changed = new URL(superuserUrl);
  changed.pathname = new URL(url).pathname;
  return changed.href;
}

function installation(url: string): Installation {
  const made = new Installation(cluster, url, {});
  installations.push(made);
  return made;
}

const settings = (url: string) => ({ DATABASE_URL: url, SECRET_KEY: cluster.secretKey });
const order = (id: number) => orderPlaced({ id, email: `p${id}@example.com`, at: new Date().toISOString() });

beforeAll(async () => {
  cluster = await Cluster.start();
  superuserUrl = await cluster.database();
  await ask(superuserUrl, `create role ${KEEPER} login createrole password '${KEEPER}'`);
  shop = installation(await ownDatabase('first'));
  await shop.start('standalone');
  await shop.publish(JOURNEY);
}, PATIENCE_MS);
afterAll(
  () =>
    tidyUp(
      ...installations.map((each) => () => each.kill()),
      () => cluster?.stop(),
      () => rmSync(folder, { recursive: true, force: true }),
    ),
  PATIENCE_MS,
);

describe('an installation that is backed up while it works', () => {
  let sealed: string;
  let key: string;
  let register: string;

  it(
    'is written as it stood at one instant',
    async () => {
      const sender = await shop.sender();
      for (let id = 1; id <= 20; id += 1) await sender.send(order(id));
      await eventually(async () => ((await shop.messages('state=sent')).length >= 1 ? true : null), PATIENCE_MS);
      key = path.join(folder, 'backup.key');
      const told = await runCommand(['backup-key', key], settings(shop.databaseUrl));
      const recipient = /--to (age1\S+)/.exec(told)?.[1] ?? '';
      sealed = path.join(folder, 'first.age');
      const taken = runCommand(['backup', sealed, '--to', recipient], settings(shop.databaseUrl));
      for (let id = 21; id <= 40; id += 1) await sender.send(order(id));
      expect(await taken).toMatch(/rows of \d+ tables are in/);
      // told to be forgotten after the backup
      const erased = await eventually(
        async () => (await shop.client.list<{ id: string }>('/api/v1/customers?email=p3@example.com'))[0],
      );
      await shop.client.post(`/api/v1/customers/${erased.id}/erase`, { reason: 'asked' });
      register = path.join(folder, 'register.json');
      const listed = await runCommand(['erasures', 'list'], settings(shop.databaseUrl));
      writeFileSync(register, listed.slice(listed.indexOf('{')));
    },
    PATIENCE_MS,
  );

  it(
    'comes back somewhere else: whole, without who was erased since, and silent until somebody decides',
    async () => {
      const url = await ownDatabase('second');
      const told = await runCommand(['restore', sealed, '--key', key, '--erasures', register], settings(url));
      expect(told).toMatch(/Journeys stand still/);
      await expectInvariants(bySuperuser(url));
      const second = installation(url);
      await second.start('standalone');
      expect(await second.client.list('/api/v1/customers?email=p3@example.com')).toEqual([]);
      expect(await second.client.list('/api/v1/customers?email=p4@example.com')).toHaveLength(1);

      const sent = await second.messages('state=sent&limit=200');
      await sleep(3_000);
      expect(await second.messages('state=sent&limit=200')).toHaveLength(sent.length);
      await runCommand(['resume', '--all', '--overdue', 'exit', '--messages', 'skip'], settings(url));
      const sender = await second.sender();
      await sender.send(order(50));
      // the list is of two words for each order: this one gets both
      await eventually(async () => {
        const sent = await second.messages('state=sent&limit=200');
        return sent.filter(({ to }) => to === 'p50@example.com').length === 2 ? true : null;
      }, PATIENCE_MS);
      await second.stop();
    },
    PATIENCE_MS,
  );

  it(
    'is not half open when the restore is killed, and the next restore begins again',
    async () => {
      const url = await ownDatabase('third');
      const args = ['restore', sealed, '--key', key, '--no-erasures'];
      const half = startCommand(args, settings(url));
      await eventually(async () => {
        const [row] = await ask<{ n: number }>(
          url,
          `select count(*)::int as n from pg_class where relnamespace = to_regnamespace('app')`,
        );
        return (row?.n ?? 0) > 0 ? true : null;
      }, PATIENCE_MS);
      half.kill();
      expect((await half.ended).code).toBeNull();
      const refused = startCommand(['migrate'], settings(url));
      expect(await refused.ended).toMatchObject({ code: 1, output: expect.stringContaining('being restored') });

      // the server may take a moment to notice that the first one is gone
      await eventually(() => runCommand(args, settings(url)), PATIENCE_MS / 2);
      await runCommand(['migrate'], settings(url));
      await expectInvariants(bySuperuser(url));
    },
    PATIENCE_MS,
  );
});
