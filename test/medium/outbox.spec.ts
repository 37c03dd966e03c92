import { DeliverMessages, ProcessInbox } from '#app/application';
import { send } from './a-journey.js';
import { ApiRig } from './api-rig.js';

interface Item {
  readonly id: string;
  readonly medium: string;
  readonly subject: string | null;
}
interface List {
  readonly items: readonly Item[];
  readonly next: string | null;
}

const JOURNEY = {
  key: 'care',
  title: 'Care',
  class: 'marketing',
  holdOut: 'none',
  trigger: 'order.placed',
  entry: { key: 'order.id' },
  steps: [send('mail', { channels: ['email'] }), send('text', { channels: ['sms'] })],
  templates: {
    hello: {
      en: {
        subject: 'Hello {{ customer.firstName }}',
        mjml: '<mj-text>For {{ customer.firstName }}</mj-text><mj-image src="https://shop.example/x.png" alt="x" />',
        sms: 'It’s here',
      },
    },
  },
};
const NAME = `Zoé <script>alert(1)</script> "x"`;

describe('the outbox', () => {
  let rig: ApiRig;
  let mail: Item;
  let text: Item;

  const order = (id: string, email: string, phone: string) => ({
    id,
    type: 'order.placed',
    occurredAt: new Date().toISOString(),
    customer: { externalId: id, email, phone },
    order: { externalId: id },
    data: { name: id, profile: { firstName: NAME, timeZone: 'UTC' } },
  });
  const consent = (id: string, channel: string) => ({
    id: `${id}-${channel}`,
    type: 'consent.changed',
    occurredAt: new Date(Date.now() - 60_000).toISOString(),
    customer: { externalId: id },
    data: { channel, state: 'opted_in', level: 'confirmed' },
  });

  beforeAll(async () => {
    rig = await ApiRig.start('outbox');
    await rig.post('/api/v1/journeys', JOURNEY);
    await rig.post('/api/v1/journeys/care/publish', {});
    await rig.call('PATCH', '/api/v1/shop', { body: { contactRules: { hours: null, perDay: null } } });
    const events = [consent('A-1', 'email'), consent('A-1', 'sms'), order('A-1', 'zoe@mail.example', '+33612345678')];
    for (const event of events) await rig.post('/api/v1/events', event);
    await rig.app.get(ProcessInbox).run();
    await rig.app.get(DeliverMessages).run('email');
    await rig.app.get(DeliverMessages).run('sms');
    const { items } = (await rig.get<List>('/api/v1/outbox')).body;
    mail = items.find(({ medium }) => medium === 'email') as Item;
    text = items.find(({ medium }) => medium === 'sms') as Item;
    if (!mail || !text) throw new Error(JSON.stringify((await rig.get('/api/v1/messages')).body));
  }, 60_000);
  afterAll(() => rig.stop());

  const audited = async (): Promise<number> => {
    const { rows } = await rig.owner.query(
      `select 1 from app.audit_entry where action = 'read' and subject = 'message'`,
    );
    return rows.length;
  };

  it('lists what was handed over, newest first, page by page', async () => {
    const all = (await rig.get<List>('/api/v1/outbox')).body.items.map(({ id }) => id);
    expect(all).toHaveLength(2);
    const first = (await rig.get<List>('/api/v1/outbox?limit=1')).body;
    const second = (await rig.get<List>(`/api/v1/outbox?limit=1&cursor=${first.next}`)).body;
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(all);
    expect(second.next).toBeNull();
  });

  it('is narrowed by medium, channel, journey and state', async () => {
    const ids = async (query: string) =>
      (await rig.get<List>(`/api/v1/outbox?${query}`)).body.items.map(({ id }) => id);
    expect(await ids('medium=email')).toEqual([mail.id]);
    expect(await ids('channel=capture&medium=sms')).toEqual([text.id]);
    expect(await ids('journey=other')).toEqual([]);
    expect(await ids('state=failed')).toEqual([]);
    expect((await rig.get('/api/v1/outbox?state=lost')).status).toBe(422);
  });

  it('shows a mail whole, with the headers that were decided, and notes who read it', async () => {
    const before = await audited();
    const { body } = await rig.get(`/api/v1/outbox/${mail.id}`);
    expect(body).toMatchObject({ subject: `Hello ${NAME}`, channel: 'capture', state: 'sent', sms: null });
    const headers = body['headers'] as { name: string; value: string }[];
    const unsubscribe = headers.find(({ name }) => name === 'List-Unsubscribe')?.value ?? '';
    expect(String(body['text'])).toContain(unsubscribe.slice(1, -1));
    expect(headers).toContainEqual({ name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' });
    expect(headers).toContainEqual({ name: 'To', value: 'zoe@mail.example' });
    expect(await audited()).toBe(before + 1);
  });

  it('counts the parts of a text message, and says what made them many', async () => {
    const { body } = await rig.get(`/api/v1/outbox/${text.id}`);
    expect(body).toMatchObject({ html: null, headers: [], sms: { parts: 1, encoding: 'UCS-2', foreign: ['’'] } });
    expect((await rig.get(`/api/v1/outbox/${text.id}/html`)).status).toBe(404);
  });

  it('gives the HTML in a sandbox: pictures, and no script', async () => {
    const before = await audited();
    const answer = await rig.get(`/api/v1/outbox/${mail.id}/html`);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'; img-src https: data:;/);
    expect(answer.text).toContain('&lt;script&gt;');
    expect(answer.text).not.toContain('<script>');
    expect(await audited()).toBe(before + 1);
  });

  it('is a page for whoever has a key, as the password of the browser’s own question', async () => {
    const without = await rig.get('/outbox', { key: null });
    expect([without.status, without.headers['www-authenticate']]).toEqual([401, expect.stringMatching(/^Basic /)]);
    const basic = Buffer.from(`any:${rig.key}`).toString('base64');
    const page = await rig.get('/outbox', { key: null, headers: { authorization: `Basic ${basic}` } });
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.text).toContain(`/outbox/${mail.id}`);
    expect(page.text).not.toContain('<script>');
    const narrow = await rig.post<{ key: string }>('/api/v1/keys', {
      name: 'n',
      role: 'viewer',
      scopes: ['scores:read'],
    });
    expect((await rig.get('/outbox', { key: narrow.body.key })).status).toBe(403);
  });

  it('shows a mail in a frame that runs nothing, and notes it once', async () => {
    const before = await audited();
    const { text: page } = await rig.get(`/outbox/${mail.id}`);
    expect(page).toMatch(/<iframe\s+sandbox\s/);
    // escaped once as text of the mail, and again as an attribute of the page
    expect(page).toContain('&amp;lt;script&amp;gt;');
    expect(page).not.toContain('<script>');
    expect(page).toContain('List-Unsubscribe');
    expect(await audited()).toBe(before + 1);
    const sms = (await rig.get(`/outbox/${text.id}`)).text;
    expect(sms).toContain('It’s here');
    expect(sms).toContain('UCS-2, because of ’');
  });

  it('has nothing of a message that was erased or never was', async () => {
    await rig.owner.query('delete from app.message_content where message_id = $1', [text.id]);
    expect((await rig.get(`/api/v1/outbox/${text.id}`)).status).toBe(404);
    const gone = await rig.get(`/outbox/${text.id}`);
    expect([gone.status, gone.text]).toEqual([404, expect.stringContaining('erased')]);
    expect((await rig.get<List>('/api/v1/outbox?medium=sms')).body.items).toEqual([]);
  });
});
