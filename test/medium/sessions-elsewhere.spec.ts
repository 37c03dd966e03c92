import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { TestIdentityProvider } from '../support/identity-provider.js';
import { aMember, COOKIE, setCookieOf } from './a-member.js';
import { type Answer, ApiRig } from './api-rig.js';

jest.setTimeout(60_000);

const PATH = '/api/v1/session/oidc';
const PROVIDER_COOKIE = '__Host-afterglow-provider';

let provider: TestIdentityProvider;
let rig: ApiRig;
beforeAll(async () => {
  provider = await TestIdentityProvider.start(`https://shop.example${PATH}/callback`);
  rig = await ApiRig.start('sessions-elsewhere', {
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: provider.clientId,
    OIDC_CLIENT_SECRET: provider.clientSecret,
  });
}, 60_000);
afterAll(async () => {
  await rig.stop();
  await provider.stop();
});

/** Somebody with an account at the provider, who is signed in there now. */
function present(email: string, isVerified = true): string {
  const id = randomUUID();
  provider.accounts.set(id, { email, email_verified: isVerified });
  provider.present = id;
  return id;
}

const invite = async (role = 'cx'): Promise<{ id: string; email: string }> => {
  const email = `ada.${randomUUID()}@team.example`;
  const { body } = await rig.post<{ member: { id: string } }>('/api/v1/members', { email, name: 'Ada', role });
  return { id: body.member.id, email };
};

interface Journey {
  readonly cookie: string;
  readonly back: URL;
}

/** To the provider and until it sends them back. */
async function leave(query = ''): Promise<Journey> {
  const begun = await rig.get(`${PATH}${query}`, { key: null });
  expect(begun.status).toBe(302);
  const { value, httpOnly, secure, maxAge } = setCookieOf(begun, PROVIDER_COOKIE);
  expect([httpOnly, secure, maxAge]).toEqual([true, true, 600]);
  return { cookie: `${PROVIDER_COOKIE}=${value}`, back: await provider.visit(String(begun.headers['location'])) };
}

const comeBack = ({ back, cookie }: Journey): Promise<Answer> =>
  rig.get(`${back.pathname}${back.search}`, { key: null, headers: { cookie, 'sec-fetch-site': 'cross-site' } });

const expectRefusal = (answer: Answer): void => {
  expect(answer.status).toBe(401);
  expect(JSON.stringify(answer.headers['set-cookie'] ?? '')).not.toContain(`${COOKIE}=`);
};

describe('an identity provider', () => {
  it('lets in who was invited, by the verified address, and is told as little as it needs', async () => {
    const { id, email } = await invite();
    const subject = present(email.toUpperCase());
    const { headers } = await rig.get(PATH, { key: null });
    const asked = new URL(String(headers['location'])).searchParams;
    expect(asked.get('code_challenge_method')).toBe('S256');
    expect(asked.get('scope')).toBe('openid email');
    expect([asked.get('state'), asked.get('nonce')].every((text) => (text?.length ?? 0) >= 32)).toBe(true);

    const answer = await comeBack(await leave('?to=/docs'));
    expect([answer.status, answer.headers['location']]).toEqual([303, 'https://shop.example/docs']);
    const cookie = `${COOKIE}=${setCookieOf(answer).value}`;
    const { body } = await rig.get('/api/v1/session', { key: null, headers: { cookie } });
    expect(body).toMatchObject({ kind: 'member', id, role: 'cx' });
    expect(setCookieOf(answer, PROVIDER_COOKIE).maxAge).toBe(0);
    expect((await rig.get(`/api/v1/members/${id}`)).body).toMatchObject({ state: 'active', invitedUntil: null });
    const { rows } = await rig.owner.query('select subject from app.member where id = $1', [id]);
    expect(rows).toEqual([{ subject: `${provider.issuer} ${subject}` }]);
  });

  it('lets nobody else in', async () => {
    present(`stranger.${randomUUID()}@team.example`);
    expectRefusal(await comeBack(await leave()));
    const unverified = await invite();
    present(unverified.email, false);
    expectRefusal(await comeBack(await leave()));
    const disabled = await invite();
    await rig.call('PATCH', `/api/v1/members/${disabled.id}`, { body: { state: 'disabled' } });
    present(disabled.email);
    expectRefusal(await comeBack(await leave()));
  });

  it('keeps an account for who had it first, when the address goes to somebody else', async () => {
    const { email } = await invite();
    present(email);
    expect((await comeBack(await leave())).status).toBe(303);
    present(email);
    expectRefusal(await comeBack(await leave()));
  });

  it('works beside a password', async () => {
    const robin = await aMember(rig, 'viewer');
    present(robin.email);
    expect((await comeBack(await leave())).status).toBe(303);
    const answer = await rig.post(
      '/api/v1/session',
      { email: robin.email, password: 'seven green bottles' },
      { key: null },
    );
    expect(answer.status).toBe(200);
  });
});

describe('a return from the provider is refused', () => {
  beforeEach(async () => {
    present((await invite()).email);
  });

  it('to who never left from here', async () => {
    const { back } = await leave();
    expectRefusal(await comeBack({ back, cookie: 'x=1' }));
    expectRefusal(await comeBack({ back, cookie: `${PROVIDER_COOKIE}=v1.forged` }));
  });

  it('to who left on another journey: nobody is signed in as somebody else unawares', async () => {
    const [mine, theirs] = [await leave(), await leave()];
    expectRefusal(await comeBack({ back: theirs.back, cookie: mine.cookie }));
  });

  it('a second time', async () => {
    const journey = await leave();
    expect((await comeBack(journey)).status).toBe(303);
    expectRefusal(await comeBack(journey));
  });

  it.each([
    ['without a code', (back: URL) => back.searchParams.delete('code')],
    ['with a code of nobody', (back: URL) => back.searchParams.set('code', 'x')],
    ['without a state', (back: URL) => back.searchParams.delete('state')],
    ['from another issuer', (back: URL) => back.searchParams.set('iss', 'https://evil.example')],
    ['with a refusal', (back: URL) => back.searchParams.set('error', 'access_denied')],
  ])('%s', async (_title, spoil) => {
    const journey = await leave();
    spoil(journey.back);
    expectRefusal(await comeBack(journey));
  });

  it('that leads elsewhere', async () => {
    for (const to of ['//evil.example', 'https://evil.example', '/\\evil.example', 'evil', '/a\\b'])
      expect((await rig.get(`${PATH}?to=${encodeURIComponent(to)}`, { key: null })).status).toBe(422);
  });
});

describe('a provider that is away', () => {
  it('keeps nobody from a password, and says when to try again', async () => {
    const away = await TestIdentityProvider.start('https://shop.example/x');
    await away.stop();
    const lonely = await ApiRig.start('sessions-provider-away', {
      OIDC_ISSUER: away.issuer,
      OIDC_CLIENT_ID: 'x',
      OIDC_CLIENT_SECRET: 'x',
    });
    try {
      const answer = await lonely.get(PATH, { key: null });
      expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
      expect((await aMember(lonely, 'viewer')).token).toHaveLength(43);
    } finally {
      await lonely.stop();
    }
  });
});
