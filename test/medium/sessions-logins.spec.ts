import { jest } from '@jest/globals';
import { aMember, browserOf, type Browser, PASSWORD } from './a-member.js';
import { type Answer, ApiRig } from './api-rig.js';

jest.setTimeout(60_000);

const STRANGER = '93.184.216.34';
const WRONG = 'a wrong sentence';

let rig: ApiRig;
beforeAll(async () => {
  rig = await ApiRig.start('sessions-logins', { TRUSTED_PROXIES: '1' });
}, 60_000);
beforeEach(() => rig.owner.query('delete from app.login_attempt'));
afterAll(() => rig.stop());

const signIn = (email: string, password = PASSWORD): Promise<Answer> =>
  rig.post('/api/v1/session', { email, password }, { key: null, headers: { 'x-forwarded-for': STRANGER } });
const by = ({ headers }: Browser) => ({ key: null, headers });

describe('who signs in', () => {
  it('learns nothing from a refusal: not who is there, invited, disabled, or wrong', async () => {
    const robin = await aMember(rig, 'viewer');
    const disabled = await aMember(rig, 'viewer');
    await rig.call('PATCH', `/api/v1/members/${disabled.member}`, { body: { state: 'disabled' } });
    await rig.post('/api/v1/members', { email: 'invited@team.example', name: 'Ada', role: 'viewer' });
    const answers = [
      await signIn(robin.email, WRONG),
      await signIn(disabled.email),
      await signIn('invited@team.example'),
      await signIn('nobody@team.example'),
    ];
    const told = answers.map(({ status, body, headers }) => [status, { ...body, instance: '' }, headers['set-cookie']]);
    expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(told[0]?.[0]).toBe(401);
    expect(answers[0]?.body).toMatchObject({ code: 'login.refused', title: 'Signing in was refused' });
  });

  it('works as long for nobody as for a wrong password', async () => {
    const { email } = await aMember(rig, 'viewer');
    await signIn('warm@team.example');
    const cpuOf = async (who: string): Promise<number> => {
      const used: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        await rig.owner.query('delete from app.login_attempt');
        const before = process.cpuUsage();
        await signIn(who, WRONG);
        const { user, system } = process.cpuUsage(before);
        used.push(user + system);
      }
      return used.toSorted((a, b) => a - b)[2] ?? 0;
    };
    // the hash is nearly all of the work: without it the ratio would be far beyond
    const ratio = (await cpuOf(email)) / (await cpuOf('nobody@team.example'));
    expect(ratio).toBeGreaterThan(1 / 3);
    expect(ratio).toBeLessThan(3);
  });

  it('waits after ten tries, also with the right password, and nobody else does', async () => {
    const robin = await aMember(rig, 'viewer');
    const other = await aMember(rig, 'viewer');
    await rig.owner.query('delete from app.login_attempt');
    const tries = await Promise.all(Array.from({ length: 14 }, () => signIn(robin.email, WRONG)));
    const statuses = tries.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(4);
    const waiting = await signIn(robin.email.toUpperCase());
    expect(waiting.status).toBe(429);
    expect(Number(waiting.headers['retry-after'])).toBeGreaterThan(800);
    expect((await rig.get('/api/v1/session', { key: null, headers: robin.cookie })).status).toBe(200);
    expect((await signIn(other.email)).status).toBe(200);
    await rig.owner.query(`update app.login_attempt set ends_at = clock_timestamp() - interval '1 second'`);
    expect((await signIn(robin.email)).status).toBe(200);
  });

  it('waits after a hundred tries from one address on the net, whatever the accounts', async () => {
    await signIn('one@team.example', WRONG);
    await rig.owner.query('update app.login_attempt set tries = 100 where tries = 1');
    expect((await signIn('two@team.example', WRONG)).status).toBe(429);
  });

  it('is forgiven wrong tries by a right one', async () => {
    const { email } = await aMember(rig, 'viewer');
    for (let round = 0; round < 3; round += 1) {
      for (let n = 0; n < 5; n += 1) expect((await signIn(email, WRONG)).status).toBe(401);
      expect((await signIn(email)).status).toBe(200);
    }
  });

  it('keeps no address in the table of tries', async () => {
    await signIn('secret.person@team.example', WRONG);
    const { rows } = await rig.owner.query<{ text: string }>('select a::text as text from app.login_attempt a');
    expect(rows).toHaveLength(2);
    for (const { text } of rows) expect(text).not.toMatch(/person|93\.184/);
  });
});

describe('a password', () => {
  const change = (browser: Browser, present: string, next: string): Promise<Answer> =>
    rig.post('/api/v1/session/password', { present, next }, by(browser));

  it('is changed by who knows it, and the other sessions end', async () => {
    const phone = await aMember(rig, 'viewer');
    const laptop = browserOf(await signIn(phone.email));
    expect((await change(laptop, WRONG, 'eight green bottles')).status).toBe(403);
    expect((await change(laptop, PASSWORD, 'short')).status).toBe(422);
    expect((await change(laptop, PASSWORD, 'eight green bottles')).status).toBe(204);
    const statusOf = async ({ cookie }: Browser) =>
      (await rig.get('/api/v1/session', { key: null, headers: cookie })).status;
    expect([await statusOf(laptop), await statusOf(phone)]).toEqual([200, 401]);
    expect((await signIn(phone.email)).status).toBe(401);
    expect((await signIn(phone.email, 'eight green bottles')).status).toBe(200);
  });

  it('is not guessed from within a session either', async () => {
    const robin = await aMember(rig, 'viewer');
    for (let n = 0; n < 10; n += 1) await change(robin, WRONG, 'eight green bottles');
    expect((await change(robin, PASSWORD, 'eight green bottles')).status).toBe(429);
  });

  it('is stored as argon2id at the cost that is asked for today', async () => {
    const { member } = await aMember(rig, 'viewer');
    const { rows } = await rig.owner.query('select password_hash from app.member where id = $1', [member]);
    expect(rows[0].password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });
});

describe('the team', () => {
  it('keeps an owner who can sign in', async () => {
    const owners = [await aMember(rig, 'owner'), await aMember(rig, 'owner')] as const;
    const path = (one: Browser): string => `/api/v1/members/${one.member}`;
    const answers = await Promise.all(owners.map((one) => rig.call('PATCH', path(one), { body: { role: 'viewer' } })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const last = answers[0]?.status === 409 ? owners[0] : owners[1];
    expect((await rig.call('DELETE', path(last))).status).toBe(409);
    expect((await rig.call('PATCH', path(last), { body: { state: 'disabled' } })).status).toBe(409);
  });

  it('is given nothing beyond what the giver has', async () => {
    const narrow = await rig.post<{ key: string }>('/api/v1/keys', {
      name: 'Narrow',
      role: 'owner',
      scopes: ['members:write', 'members:read', 'scores:read'],
    });
    const { key } = narrow.body;
    const newcomer = { email: 'more@team.example', name: 'Ada', role: 'viewer' };
    expect((await rig.post('/api/v1/members', newcomer, { key })).status).toBe(403);
    const robin = await aMember(rig, 'viewer');
    for (const [method, url, body] of [
      ['PATCH', `/api/v1/members/${robin.member}`, { role: 'owner' }],
      ['POST', `/api/v1/members/${robin.member}/invitation`, undefined],
      ['DELETE', `/api/v1/members/${robin.member}`, undefined],
    ] as const)
      expect([url, (await rig.call(method, url, { key, body })).status]).toEqual([url, 403]);
  });

  it('is left by who is removed, with their address and their sessions', async () => {
    const robin = await aMember(rig, 'cx');
    expect((await rig.call('DELETE', `/api/v1/members/${robin.member}`)).status).toBe(204);
    expect((await rig.get('/api/v1/session', { key: null, headers: robin.cookie })).status).toBe(401);
    expect((await rig.get(`/api/v1/members/${robin.member}`)).status).toBe(404);
    const { rows } = await rig.owner.query('select 1 from app.member where email = $1', [robin.email]);
    expect(rows).toEqual([]);
  });

  it('is in the audit log by what it did, without an address, a password or a token', async () => {
    const robin = await aMember(rig, 'marketer');
    await rig.call('PATCH', '/api/v1/shop', { ...by(robin), body: { name: 'Robin was here' } });
    const { body, text } = await rig.get<{ items: Record<string, unknown>[] }>('/api/v1/audit');
    expect(body.items.slice(0, 3)).toMatchObject([
      { actor: `member:${robin.member}`, operation: 'PATCH /api/v1/shop', subject: 'shop' },
      { actor: `member:${robin.member}`, operation: 'POST /api/v1/invitation', action: 'sign-in' },
      {
        actor: `member:${robin.member}`,
        action: 'update',
        subject: 'member',
        changes: { password_hash: true, invite_hash: true },
      },
    ]);
    for (const secret of [robin.email, robin.token, PASSWORD, 'argon2id']) expect(text).not.toContain(secret);
  });
});
