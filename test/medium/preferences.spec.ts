import { ProcessInbox, VirtualClockPort } from '#app/application';
import { ApiRig, type Problem } from './api-rig.js';
import { linksOf } from './message-links.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'Reader/1.0 \u00e9' };
const FEEDBACK = 'email.feedback';
const REVIEW = 'email.review';
const MARKETING = 'email.marketing';

interface ClassView {
  readonly class: string;
  readonly state: string;
  readonly proof: string | null;
  readonly level: string | null;
  readonly allowed: boolean;
}
interface Consents {
  readonly channels: readonly {
    readonly channel: string;
    readonly suppressed: string | null;
    readonly classes: ClassView[];
  }[];
}
interface History {
  readonly items: readonly {
    readonly state: string;
    readonly classes: string[] | null;
    readonly proof: string;
    readonly at: string;
  }[];
  readonly next: string | null;
}

let rig: ApiRig;
beforeAll(async () => {
  rig = await ApiRig.start('preferences');
}, 60_000);
afterAll(() => rig?.stop());

const form = (url: string, fields: Readonly<Record<string, string | readonly string[]>>) => {
  const parts = Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((text): [string, string] => [name, text]),
  );
  return rig.app.inject({ method: 'POST', url, headers: FORM, payload: new URLSearchParams(parts).toString() });
};
const page = async (url: string): Promise<string> => (await rig.app.inject({ method: 'GET', url })).body;
const ticked = (html: string): string[] =>
  [...html.matchAll(/type="checkbox" name="on" value="([^"]+)" checked/g)].map(([, box]) => box ?? '');
const consents = async (customer: string): Promise<Record<string, ClassView>> => {
  const { body } = await rig.get<Consents>(`/api/v1/customers/${customer}/consents`);
  const email = body.channels.find(({ channel }) => channel === 'email');
  return Object.fromEntries((email?.classes ?? []).map((each) => [each.class, each]));
};
const allowed = async (customer: string): Promise<string[]> =>
  Object.values(await consents(customer)).flatMap((each) => (each.allowed ? [each.class] : []));
const history = async (customer: string, query = ''): Promise<History> =>
  (await rig.get<History>(`/api/v1/customers/${customer}/consents/history${query}`)).body;
const digest = async (): Promise<void> => {
  for (let claimed = 1; claimed > 0;) ({ claimed } = await rig.app.get(ProcessInbox).run());
};
const rows = async (): Promise<number> =>
  Number((await rig.owner.query('select count(*) from app.inbox_event')).rows[0].count);
const facts = async (customer: string): Promise<unknown> =>
  (await rig.owner.query('select facts from app.customer where id = $1', [customer])).rows[0].facts;

describe('the preference page', () => {
  it('shows what somebody gets, without script or cookie, and changes nothing by being opened', async () => {
    const { preferences } = await linksOf(rig);
    const before = await rows();
    for (const method of ['GET', 'HEAD', 'GET'] as const) {
      const { statusCode, headers } = await rig.app.inject({ method, url: preferences });
      expect(statusCode).toBe(200);
      expect(headers['set-cookie']).toBeUndefined();
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' });
      expect(headers['content-security-policy']).toContain("default-src 'none'");
    }
    const html = await page(preferences);
    expect(html).not.toContain('<script');
    expect(ticked(html)).toEqual([FEEDBACK]);
    expect(html).not.toContain('value="sms.');
    expect(await rows()).toBe(before);
  });

  it('speaks the language of the person', async () => {
    const { preferences } = await linksOf(rig, { locale: 'fr-CA' });
    expect(await page(preferences)).toContain('Quels messages souhaitez-vous recevoir');
  });

  it('takes a class away and gives another, at once and with proof, and the events change nothing any more', async () => {
    const { preferences, customer, message } = await linksOf(rig);
    const saved = await form(preferences, { act: 'save', on: [REVIEW, MARKETING], shown: FEEDBACK });
    expect(saved.body).toContain('Your choice is saved.');
    expect(ticked(saved.body)).toEqual([REVIEW, MARKETING]);
    expect(await allowed(customer)).toEqual(['review', 'marketing']);
    const known = await facts(customer);
    await digest();
    expect(await facts(customer)).toEqual(known);
    const { items } = await history(customer);
    expect(items.map(({ state, classes }) => [state, classes]).toSorted()).toEqual([
      ['opted_in', ['review', 'marketing']],
      ['opted_out', ['feedback']],
    ]);
    const proof = items.find(({ state }) => state === 'opted_in')?.proof ?? '';
    expect(proof).toContain(`preference page of message ${message}`);
    expect(proof).toContain('"By e-mail: Offers and news"');
    expect(proof).toMatch(/\(en, wording [0-9a-f]{8}\); from \S+ by Reader\/1\.0 \?/);
    expect(proof).not.toContain('127.0.0.1');
  });

  it('says nothing twice: a form as it was shown changes nothing, whoever sends it', async () => {
    const { preferences, customer } = await linksOf(rig);
    const before = await rows();
    await form(preferences, { act: 'save', on: FEEDBACK, shown: FEEDBACK });
    await form(preferences, {});
    await form(preferences, { act: 'else', on: MARKETING });
    expect(await rows()).toBe(before);
    expect(await allowed(customer)).toEqual(['feedback']);
  });

  it('does not give back on an old page what was withdrawn since', async () => {
    const { preferences, customer } = await linksOf(rig);
    await form(preferences, { act: 'save', on: [FEEDBACK, MARKETING], shown: FEEDBACK });
    expect(await allowed(customer)).toEqual(['feedback', 'marketing']);
    await form(preferences, { act: 'stop' });
    await form(preferences, { act: 'save', on: [FEEDBACK, MARKETING], shown: [FEEDBACK, MARKETING] });
    expect(await allowed(customer)).toEqual([]);
  });

  it('stops everything at once, as the link to unsubscribe does, and lets somebody come back to one class', async () => {
    const { preferences, customer } = await linksOf(rig);
    for (let times = 0; times < 2; times += 1) {
      const stopped = await form(preferences, { act: 'stop' });
      expect(stopped.body).toContain('You will get none of these any more.');
      expect(ticked(stopped.body)).toEqual([]);
    }
    expect(await allowed(customer)).toEqual([]);
    await digest();
    expect((await history(customer)).items.filter(({ state }) => state === 'suppressed')).toMatchObject([
      { classes: ['feedback', 'review', 'marketing'] },
    ]);
    expect(ticked((await form(preferences, { act: 'save', on: REVIEW })).body)).toEqual([REVIEW]);
    await digest();
    expect(await allowed(customer)).toEqual(['review']);
    expect((await history(customer)).items.filter(({ state }) => state === 'suppressed')).toEqual([]);
  });

  it.each(['preferences', 'unsubscribe'] as const)('%s stops again after an opt-in that still waits', async (by) => {
    const { customer, ...links } = await linksOf(rig);
    const pass = async (): Promise<string> => {
      const { rows: clock } = await rig.owner.query<{ at: Date }>('select app.now() as at');
      const at = (clock[0]?.at.getTime() ?? 0) + 60_000;
      await rig.app.get(VirtualClockPort).set(at);
      return new Date(at).toISOString();
    };
    await form(links[by], { act: 'stop' });
    await digest();
    const agreed = { channel: 'email', state: 'opted_in', level: 'single' };
    const who = { email: `${customer}@example.com` };
    const event = { id: `waits-${by}`, type: 'consent.changed', occurredAt: await pass(), customer: who, data: agreed };
    expect((await rig.post('/api/v1/events', event)).status).toBe(202);
    await pass();
    const before = await rows();
    for (let times = 0; times < 3; times += 1) await form(links[by], { act: 'stop' });
    expect(await rows()).toBe(before + 1);
    await digest();
    expect((await consents(customer))['marketing']).toMatchObject({ state: 'opted_out' });
  });

  it('gives back no more than was ticked of what a list alone kept back', async () => {
    const { preferences, customer } = await linksOf(rig);
    const consent = { channel: 'email', state: 'opted_in', proof: 'Signed card of 2025, folder 7' };
    await rig.post(`/api/v1/customers/${customer}/consents`, { ...consent, at: '2025-06-01T00:00:00Z' });
    await digest();
    const listed = [{ address: `${customer}@example.com`, reason: 'unsubscribed', date: '2026-01-31' }];
    expect((await rig.post('/api/v1/suppressions/import', listed)).body).toMatchObject({ added: 1 });
    await rig.post(`/api/v1/customers/${customer}/consents`, { ...consent, classes: ['review'] });
    await digest();
    expect(await allowed(customer)).toEqual([]);
    const old = { act: 'save', on: [FEEDBACK, REVIEW], shown: FEEDBACK };
    expect(ticked((await form(preferences, old)).body)).toEqual([REVIEW]);
    await digest();
    expect(await allowed(customer)).toEqual(['review']);
  });

  it('leaves an address alone that messages came back from', async () => {
    const { preferences, customer, unsubscribe } = await linksOf(rig);
    await rig.app.inject({ method: 'POST', url: unsubscribe });
    await rig.owner.query(`update app.suppression set scope = 'all', reason = 'bounced 5.1.1'`);
    expect(await page(preferences)).toContain('Our messages came back from there');
    expect(ticked((await form(preferences, { act: 'save', on: MARKETING })).body)).toEqual([]);
    expect(await allowed(customer)).toEqual([]);
    await rig.owner.query('truncate app.suppression');
  });

  it('refuses what was never made, is too old, or is far too long', async () => {
    const { preferences, message } = await linksOf(rig);
    const { preferences: other } = await linksOf(rig);
    const mixed = other.slice(0, 46) + preferences.slice(46);
    for (const url of [mixed, preferences.replace('/p/', '/c/'), '/p/nonsense'])
      for (const method of ['GET', 'POST'] as const)
        expect((await rig.app.inject({ method, url })).statusCode).toBe(404);
    const long = await form(preferences, { act: 'save', on: 'x'.repeat(100_000) });
    expect(long.statusCode).toBe(413);
    await rig.owner.query(`update app.message set created_at = app.now() - interval '731 days' where id = $1`, [
      message,
    ]);
    const old = await rig.app.inject({ method: 'GET', url: preferences });
    expect([old.statusCode, old.body.includes('This link is too old')]).toEqual([410, true]);
    expect((await form(preferences, { act: 'stop' })).statusCode).toBe(410);
  });
});

describe('consents by the API', () => {
  const record = (customer: string, body: object, key?: string) =>
    rig.call<Consents & Problem>('POST', `/api/v1/customers/${customer}/consents`, {
      body,
      ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
    });
  const card = { channel: 'email', state: 'opted_in', proof: 'Signed card of 12 March 2026, folder 7' };

  it('are recorded by hand with proof, once by key, in force at once, and audited without the proof', async () => {
    const { customer } = await linksOf(rig);
    for (let times = 0; times < 2; times += 1)
      expect((await record(customer, card, `card-${customer}`)).status).toBe(200);
    expect(await allowed(customer)).toEqual(['feedback', 'review', 'marketing']);
    expect((await consents(customer))['marketing']).toMatchObject({ level: 'confirmed', proof: card.proof });
    await digest();
    expect((await history(customer)).items).toMatchObject([{ state: 'opted_in', classes: null, source: null }]);
    const { rows: notes } = await rig.owner.query('select action, changes from app.audit_entry where subject_id = $1', [
      customer,
    ]);
    expect(notes).toEqual([{ action: 'consent', changes: { channel: 'email', state: 'opted_in' } }]);
  });

  it('are in order of when they were said, page by page', async () => {
    const { customer } = await linksOf(rig);
    const said = (hour: number) => `2026-03-02T${String(hour).padStart(2, '0')}:00:00.000Z`;
    for (const hour of [10, 8, 12, 9, 11])
      await record(customer, { ...card, state: hour % 2 === 0 ? 'opted_in' : 'opted_out', at: said(hour) });
    await digest();
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const part: History = await history(customer, `?limit=2${cursor ? `&cursor=${cursor}` : ''}`);
      seen.push(...part.items.filter(({ state }) => state !== 'suppressed').map(({ at }) => at));
      cursor = part.next;
    }
    expect(seen).toEqual([12, 11, 10, 9, 8].map(said));
    expect(await allowed(customer)).toEqual(['feedback', 'review', 'marketing']);
  });

  it.each([
    ['without proof', { proof: undefined }, 422],
    ['with a proof of blanks', { proof: '             ' }, 422],
    ['as pending', { state: 'pending' }, 422],
    ['of an unknown class', { classes: ['news'] }, 422],
    ['of no class', { classes: [] }, 422],
    ['of the future', { at: '2190-01-01T00:00:00Z' }, 422],
    ['by a channel that leads nowhere', { channel: 'sms' }, 409],
    ['with more than a thousand characters', { proof: 'x'.repeat(1_001) }, 422],
    ['with 100,000 characters', { proof: 'x'.repeat(100_000) }, 413],
  ])('are not recorded %s', async (_title, change, status) => {
    const { customer } = await linksOf(rig);
    const before = await rows();
    expect((await record(customer, { ...card, ...change })).status).toBe(status);
    expect(await rows()).toBe(before);
  });

  it('of nobody are not found, and a strange cursor is refused', async () => {
    const { customer } = await linksOf(rig);
    const nobody = '0190a000-0000-7000-8000-ffffffffffff';
    expect((await record(nobody, card)).status).toBe(404);
    for (const path of ['consents', 'consents/history'])
      expect((await rig.get(`/api/v1/customers/${nobody}/${path}`)).status).toBe(404);
    expect((await rig.get(`/api/v1/customers/${customer}/consents/history?cursor=nonsense`)).status).toBe(422);
  });

  it('are in the export of the person and go with their erasure', async () => {
    const { customer } = await linksOf(rig);
    await record(customer, card);
    await digest();
    const { body } = await rig.get<{ data: Record<string, unknown[]> }>(`/api/v1/customers/${customer}/export`);
    expect(body.data['consent_record']).toMatchObject([{ state: 'opted_in', proof: card.proof }]);
  });
});
