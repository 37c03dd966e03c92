import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { SecretKeyring } from '#app/platform';
import { eventually, linkIn, type ListedMessage } from '../e2e/installation.js';
import { isLong, noteProof } from '../support/proof.js';
import { seededRandom } from '../support/seeded-random.js';
import { emailOf, OneShop } from './one-shop.js';

jest.setTimeout(isLong ? 900_000 : 240_000);

const RACES = isLong ? 1_000 : 60;
const SURVEYED = 10;
const SEED = Number(process.env['FAULTS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** When a message was fenced and when an address was suppressed, as the order of the commits tells it. */
const WATCH = `
create table app.watched (what text, id text, xid xid8 default pg_current_xact_id());
create function app.watch() returns trigger language plpgsql security definer set search_path = app, pg_temp as $$ begin
  if tg_table_name = 'message' then insert into app.watched values ('fenced', new.address); else
  insert into app.watched values ('refused', encode(new.address_hmac, 'hex')); end if; return null; end $$;
create trigger watch after update on app.message for each row when (new.state = 'handing' and new.step = 'second') execute function app.watch();
create trigger watch after insert on app.suppression for each row execute function app.watch()`;
const WATCHED = `select what, id, extract(epoch from pg_xact_commit_timestamp(xid::xid)) as at from app.watched`;

/** Ways in which somebody says that they want no more. Resolves when it was accepted. */
const REFUSALS: readonly ((shop: OneShop, mail: ListedMessage) => Promise<number>)[] = [
  async (one, mail) => (await one.form(linkIn(mail.html, 'u'), { 'List-Unsubscribe': 'One-Click' })).status,
  async ({ shop }, { customer }) =>
    (await shop.client.call('POST', `/api/v1/customers/${customer}/erase`, { reason: 'asked' })).status,
  async ({ shop }, mail) => {
    const data = { channel: 'email', state: 'opted_out', level: 'confirmed' };
    const event = { id: `out-${mail.order}`, type: 'consent.changed', occurredAt: '2026-03-02T09:30:00Z', data };
    return (await shop.client.call('POST', '/api/v1/events', { ...event, customer: { email: mail.to } })).status;
  },
];

describe('what people decide', () => {
  let one: OneShop;
  beforeAll(async () => {
    one = await OneShop.start();
    await one.publishQuestions();
  });
  afterAll(() => one?.stop());

  it('F35: a storm of answers, scanners and corrections leaves the score that the answers say', async () => {
    const mails = [...(await one.buy(range(1, SURVEYED))).values()];
    expect(mails).toHaveLength(SURVEYED);
    await Promise.all(mails.map((mail) => scan(one, mail)));
    await one.shop.advance('PT1S');
    const scores = () => one.shop.client.get<{ n: number; value: number | null }>('/api/v1/scores/csat');
    expect(await scores()).toMatchObject({ n: 0, value: null });
    expect(await one.rows('select 1 from app.suppression')).toEqual([]);
    await Promise.all(mails.flatMap((mail) => Array.from({ length: 20 }, () => answer(one, mail, 5, 'same'))));
    await one.shop.advance('PT1S');
    expect(await scores()).toMatchObject({ n: SURVEYED, value: 100 });
    // half of them think better of it in time, the others too late
    await Promise.all(mails.slice(0, SURVEYED / 2).map((mail) => answer(one, mail, 1, 'better')));
    await one.shop.advance('PT20M');
    await Promise.all(mails.slice(SURVEYED / 2).map((mail) => answer(one, mail, 1, 'late')));
    await one.shop.advance('PT1S');
    expect(await scores()).toMatchObject({ n: SURVEYED, value: 50 });
    const answers = await one.rows('select superseded from app.survey_answer');
    noteProof({ fault: 'F35', cases: SURVEYED * 22, lost: 2 * SURVEYED - answers.length, doubled: 0 });
    expect(answers).toHaveLength(2 * SURVEYED);
  });

  it('F30: who refuses while messages go out gets none that was not on its way', async () => {
    const mails = [...(await one.buy(range(101, RACES))).values()];
    expect(mails).toHaveLength(RACES);
    await one.owner.query(WATCH);
    const answers = await race(one, mails);
    expect(answers.filter((status) => status === undefined || status > 299)).toEqual([]);
    const { fenced, refused } = await watched(one, new Set(mails.map(({ to }) => to)));
    const late = [...fenced].filter(([email, at]) => at > (refused.get(email) ?? Infinity));
    noteProof({ fault: 'F30', cases: RACES, messages: fenced.size, lost: 0, doubled: late.length, seed: SEED });
    process.stdout.write(`F30: ${RACES} races, ${fenced.size} went out first, seed ${SEED}\n`);
    expect(late).toEqual([]);
    expect(refused.size).toBe(RACES);
    // a race that one side always wins proves nothing
    expect(fenced.size).toBeGreaterThan(0);
    expect(fenced.size).toBeLessThan(RACES);
  });
});

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** Their second mails go out while they refuse; what their refusals were answered. */
async function race(one: OneShop, mails: readonly ListedMessage[]): Promise<(number | undefined)[]> {
  const random = seededRandom(SEED);
  one.mails.hooks.onData = () => sleep(300).then(() => undefined);
  const before = one.mails.mails.length;
  const sent = one.shop.advance('PT2H');
  // those who were asked first are written to first: from then on it is a race
  await eventually(async () => (one.mails.mails.length >= before + SURVEYED ? true : null), 60_000);
  const spreadMs = RACES * 25;
  const answers = await Promise.all(
    mails.map(async (mail, index) => {
      await sleep(random() * spreadMs);
      return REFUSALS[index % REFUSALS.length]?.(one, mail);
    }),
  );
  await sent;
  one.mails.hooks.onData = undefined;
  return answers;
}

/** What mail scanners do: every link, by GET and by HEAD. */
async function scan({ shop, mails }: OneShop, { html, to }: ListedMessage): Promise<void> {
  const paths = new Set(
    [...html.matchAll(/https?:\/\/[^\s"'<>/]+(\/[su]\/[^\s"'<>]+)/g)].map(([, path]) => path ?? ''),
  );
  expect(paths.size).toBeGreaterThan(1);
  expect(mails.mails.some((mail) => mail.to.includes(to))).toBe(true);
  for (const path of paths)
    for (const method of ['GET', 'HEAD'])
      expect((await shop.client.http.send({ method, path: path.replaceAll('&amp;', '&') })).status).toBeLessThan(500);
}

/** Hashes addresses as the installation does. */
async function keyringOf(one: OneShop): Promise<SecretKeyring> {
  const keys = [one.secretKey];
  const [row] = await one.rows<{ sealed: string }>(`select sealed from app.installation_key where name = 'root'`);
  const root = new SecretKeyring(keys).open(row?.sealed ?? '', 'installation|root');
  return new SecretKeyring(keys, Buffer.from(root, 'base64url'));
}

async function answer(one: OneShop, { html }: ListedMessage, score: number, submission: string): Promise<void> {
  const { status } = await one.form(linkIn(html, 's'), { score: String(score), submission });
  expect([200, 303, 429]).toContain(status);
}

/** Commit times, in seconds, by address. */
async function watched(
  one: OneShop,
  racers: ReadonlySet<string>,
): Promise<{ fenced: Map<string, number>; refused: Map<string, number> }> {
  const rows = await one.rows<{ what: string; id: string; at: string }>(WATCHED);
  const secrets = await keyringOf(one);
  const emails = new Map(
    range(1, SURVEYED + 100 + RACES).map((id) => [
      Buffer.from(secrets.fingerprint(emailOf(id), 'address')).toString('hex'),
      emailOf(id),
    ]),
  );
  const timesOf = (what: string, nameOf: (id: string) => string): Map<string, number> =>
    new Map(rows.flatMap((row) => (row.what === what ? [[nameOf(row.id), Number(row.at)]] : [])));
  return {
    fenced: new Map([...timesOf('fenced', (id) => id)].filter(([email]) => racers.has(email))),
    refused: timesOf('refused', (id) => emails.get(id) ?? id),
  };
}
