import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { aMember, browserOf, type Browser, COOKIE, OWN_ORIGIN, PASSWORD, setCookieOf } from './a-member.js';
import { type Answer, ApiRig } from './api-rig.js';

jest.setTimeout(60_000);

const SECOND_MS = 1_050;

let rig: ApiRig;
beforeAll(async () => {
  rig = await ApiRig.start('sessions');
}, 60_000);
afterAll(() => rig.stop());

const by = ({ headers }: Browser) => ({ key: null, headers });
const signIn = (email: string, password = PASSWORD): Promise<Answer> =>
  rig.post('/api/v1/session', { email, password }, { key: null });
const whoAmI = async ({ cookie }: Browser): Promise<number> =>
  (await rig.get('/api/v1/session', { key: null, headers: cookie })).status;
const wait = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, SECOND_MS));

describe('invitations', () => {
  const invite = async (role = 'marketer'): Promise<{ token: string; id: string; email: string }> => {
    const email = `Ada.${randomUUID()}@Team.Example`;
    const { body, status } = await rig.post<{ token: string; url: string; member: { id: string; email: string } }>(
      '/api/v1/members',
      { email, name: 'Ada', role },
    );
    expect(status).toBe(201);
    expect(body.url).toBe(`${OWN_ORIGIN}/join/${body.token}`);
    expect(body.member).toMatchObject({ email: email.toLowerCase(), role, state: 'invited', lastLoginAt: null });
    return { token: body.token, id: body.member.id, email };
  };
  const accept = (token: string, password = PASSWORD): Promise<Answer> =>
    rig.post('/api/v1/invitation', { token, password }, { key: null });

  it('let somebody in once, who then signs in by password', async () => {
    const { token, id, email } = await invite();
    const accepted = await accept(token);
    expect(accepted).toMatchObject({ status: 200, body: { member: id, shop: rig.shopId } });
    expect(await whoAmI(browserOf(accepted))).toBe(200);
    expect(await accept(token)).toMatchObject({ status: 410 });
    expect((await signIn(email)).status).toBe(200);
    expect((await rig.get(`/api/v1/members/${id}`)).body).toMatchObject({ state: 'active', invitedUntil: null });
  });

  it('let one of several in who use the same one at once', async () => {
    const { token } = await invite();
    const answers = await Promise.all(Array.from({ length: 5 }, (_, n) => accept(token, `number ${n} of the many`)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 410, 410, 410, 410]);
  });

  it('end, are replaced by newer ones, and are not guessed', async () => {
    const { token, id } = await invite();
    const again = await rig.post<{ token: string }>(`/api/v1/members/${id}/invitation`);
    expect(again.status).toBe(201);
    expect((await accept(token)).status).toBe(410);
    await rig.owner.query(`update app.member set invite_ends_at = now() - interval '1 second' where id = $1`, [id]);
    expect((await accept(again.body.token)).status).toBe(410);
    for (const guess of ['x', 'A'.repeat(43), `${token}x`]) expect((await accept(guess)).status).toBe(410);
  });

  it('of who lost the password end every session of theirs', async () => {
    const robin = await aMember(rig, 'viewer');
    const again = await rig.post<{ token: string }>(`/api/v1/members/${robin.member}/invitation`);
    expect(await whoAmI(robin)).toBe(200);
    expect((await accept(again.body.token, 'another long sentence')).status).toBe(200);
    expect(await whoAmI(robin)).toBe(401);
    expect((await signIn(robin.email)).status).toBe(401);
    expect((await signIn(robin.email, 'another long sentence')).status).toBe(200);
  });

  it.each([
    ['a short password', { password: 'short' }, '/password'],
    ['a password of one letter', { password: 'a'.repeat(20) }, '/password'],
    ['an endless password', { password: 'ab1c2'.repeat(100) }, '/password'],
  ])('%s is refused with its place', async (_title, body, pointer) => {
    const { token } = await invite();
    const refused = await rig.post<{ errors: { pointer: string }[] }>(
      '/api/v1/invitation',
      { token, ...body },
      { key: null },
    );
    expect(refused.status).toBe(422);
    expect(refused.body.errors.map((error) => error.pointer)).toEqual([pointer]);
    expect((await accept(token)).status).toBe(200);
  });

  it('of somebody who is there already are refused, and so are addresses that are none', async () => {
    const { email } = await invite();
    expect((await rig.post('/api/v1/members', { email, name: 'Ada', role: 'viewer' })).status).toBe(409);
    for (const wrong of ['ada', 'ada@', 'a b@team.example', 'ada@team.example\r\nBcc: x@y.example'])
      expect((await rig.post('/api/v1/members', { email: wrong, name: 'Ada', role: 'viewer' })).status).toBe(422);
  });
});

describe('the page of an invitation', () => {
  const FORM = { type: 'application/x-www-form-urlencoded', key: null };

  it('asks for a password, changes nothing when it is opened, and signs the browser in', async () => {
    const { body } = await rig.post<{ token: string; url: string }>('/api/v1/members', {
      email: 'page@team.example',
      name: 'Page',
      role: 'viewer',
    });
    const url = new URL(body.url).pathname;
    // as a browser sends it from a page that hides its address
    const headers = { origin: 'null', 'sec-fetch-site': 'same-origin' };
    for (let n = 0; n < 2; n += 1) {
      const opened = await rig.get(url, { key: null });
      expect([opened.status, opened.headers['referrer-policy']]).toEqual([200, 'no-referrer']);
    }
    expect((await rig.call('HEAD', url, { key: null })).status).toBe(200);
    expect((await rig.post(url, 'password=short', { ...FORM, headers })).status).toBe(422);
    const foreign = { origin: 'https://evil.example' };
    expect((await rig.post(url, `password=${PASSWORD}`, { ...FORM, headers: foreign })).status).not.toBe(200);
    const joined = await rig.post(url, `password=${PASSWORD}`, { ...FORM, headers });
    expect(joined.status).toBe(200);
    const cookie = `${COOKIE}=${setCookieOf(joined).value}`;
    expect((await rig.get('/queues/', { key: null, headers: { cookie } })).status).toBe(200);
    expect((await rig.post(url, `password=${PASSWORD}`, { ...FORM, headers })).status).toBe(410);
  });
});

describe('a session', () => {
  it('is a cookie that scripts and other hosts cannot read; only its hash is stored', async () => {
    const { email } = await aMember(rig, 'viewer');
    const answer = await signIn(email.toUpperCase());
    expect(setCookieOf(answer)).toMatchObject({
      name: COOKIE,
      path: '/',
      httpOnly: true,
      secure: true,
      sameSite: 'lax',
      maxAge: 14 * 86_400,
    });
    expect(setCookieOf(answer).domain).toBeUndefined();
    const { token } = browserOf(answer);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const { rows } = await rig.owner.query<{ text: string }>('select s::text as text from app.member_session s');
    expect(rows.some(({ text }) => text.includes(token))).toBe(false);
    expect(answer.text).not.toContain(token);
  });

  it('says who is signed in and what they may do', async () => {
    const robin = await aMember(rig, 'viewer');
    const { body } = await rig.get('/api/v1/session', { key: null, headers: robin.cookie });
    expect(body).toMatchObject({ kind: 'member', id: robin.member, role: 'viewer', shop: rig.shopId });
    expect(body['csrfToken']).toBe(robin.headers['x-csrf-token']);
    expect(body['permissions']).not.toContain('members:read');
    expect((await rig.get('/api/v1/session')).body).toMatchObject({ kind: 'key', role: 'owner', csrfToken: null });
  });

  it.each([
    ['no token', ({ cookie }: Browser) => cookie, 403],
    ['the token of another session', ({ headers }: Browser) => ({ ...headers, 'x-csrf-token': 'A'.repeat(43) }), 403],
    ['a page of another origin', ({ headers }: Browser) => ({ ...headers, origin: 'https://evil.example' }), 403],
    ['a page of another site', ({ headers }: Browser) => ({ ...headers, 'sec-fetch-site': 'cross-site' }), 403],
    ['a page of a sibling host', ({ headers }: Browser) => ({ ...headers, 'sec-fetch-site': 'same-site' }), 403],
    ['a sandboxed page', ({ headers }: Browser) => ({ ...headers, origin: 'null' }), 403],
    ['all that is needed', ({ headers }: Browser) => ({ ...headers, 'sec-fetch-site': 'same-origin' }), 200],
  ])('changes something with %s, or is refused: %#', async (_title, headersOf, status) => {
    const robin = await aMember(rig, 'marketer');
    const headers = headersOf(robin);
    expect((await rig.call('PATCH', '/api/v1/shop', { key: null, headers, body: { name: 'New' } })).status).toBe(
      status,
    );
  });

  it('is not given to a page of another origin', async () => {
    const { email } = await aMember(rig, 'viewer');
    const headers = { origin: 'https://evil.example' };
    const refused = await rig.post('/api/v1/session', { email, password: PASSWORD }, { key: null, headers });
    expect(refused.status).toBe(403);
    expect(refused.headers['set-cookie']).toBeUndefined();
  });

  it('ends when somebody signs out, alone or everywhere, in the browser too', async () => {
    const phone = await aMember(rig, 'viewer');
    const laptop = browserOf(await signIn(phone.email));
    const desktop = browserOf(await signIn(phone.email));
    const out = await rig.call('DELETE', '/api/v1/session', by(laptop));
    expect([out.status, setCookieOf(out).maxAge]).toEqual([204, 0]);
    expect([await whoAmI(laptop), await whoAmI(phone), await whoAmI(desktop)]).toEqual([401, 200, 200]);
    expect((await rig.call('DELETE', '/api/v1/sessions', by(desktop))).status).toBe(204);
    expect([await whoAmI(phone), await whoAmI(desktop)]).toEqual([401, 401]);
    expect((await rig.call('DELETE', '/api/v1/session')).status).toBe(409);
  });

  it.each([
    ['was idle for too long', 'idle_ends_at'],
    ['began too long ago', 'ends_at'],
  ])('that %s is over', async (_title, column) => {
    const robin = await aMember(rig, 'viewer');
    expect(await whoAmI(robin)).toBe(200);
    await rig.owner.query(
      `update app.member_session set ${column} = now() - interval '1 second' where member_id = $1`,
      [robin.member],
    );
    await wait();
    expect(await whoAmI(robin)).toBe(401);
  });

  it('does not end because the virtual clock moves, and idles from its last use', async () => {
    const robin = await aMember(rig, 'viewer');
    await rig.owner.query(`insert into app.virtual_clock (instant) values (now() + interval '400 days')`);
    await rig.owner.query(
      `update app.member_session set idle_ends_at = now() + interval '1 minute' where member_id = $1`,
      [robin.member],
    );
    await wait();
    expect(await whoAmI(robin)).toBe(200);
    await rig.owner.query('delete from app.virtual_clock');
    const { rows } = await rig.owner.query<{ hours: number }>(
      `select extract(epoch from idle_ends_at - now())::float / 3600 as hours from app.member_session where member_id = $1`,
      [robin.member],
    );
    // the first use within a minute prolongs it once; a rig that took longer has prolonged it again
    expect(rows[0]?.hours).toBeGreaterThan(0);
  });

  it('ends within a second in every process when the member is disabled, and does not come back', async () => {
    const robin = await aMember(rig, 'viewer');
    expect(await whoAmI(robin)).toBe(200);
    await rig.owner.query('update app.member set disabled_at = now() where id = $1', [robin.member]);
    await wait();
    expect(await whoAmI(robin)).toBe(401);
    expect((await signIn(robin.email)).status).toBe(401);
    await rig.call('PATCH', `/api/v1/members/${robin.member}`, { body: { state: 'disabled' } });
    await rig.call('PATCH', `/api/v1/members/${robin.member}`, { body: { state: 'active' } });
    expect(await whoAmI(robin)).toBe(401);
    expect((await signIn(robin.email)).status).toBe(200);
  });

  it('follows the role of the member: at once here, within a second in other processes', async () => {
    const robin = await aMember(rig, 'marketer');
    const rename = async (): Promise<number> =>
      (await rig.call('PATCH', '/api/v1/shop', { ...by(robin), body: { name: 'Again' } })).status;
    expect(await rename()).toBe(200);
    await rig.call('PATCH', `/api/v1/members/${robin.member}`, { body: { role: 'viewer' } });
    expect(await rename()).toBe(403);
    await rig.owner.query(`update app.member set role = 'marketer' where id = $1`, [robin.member]);
    await wait();
    expect(await rename()).toBe(200);
  });
});
