import { MessageCodes, UnboxingLinks } from '#app/application';
import { ApiRig } from './api-rig.js';
import { linksOf } from './message-links.js';

const FORM = 'application/x-www-form-urlencoded';

interface Page {
  status: number;
  text: string;
  headers: Record<string, unknown>;
}

let rig: ApiRig;
const links = (options?: Parameters<typeof linksOf>[1]) => linksOf(rig, options);
beforeAll(async () => {
  rig = await ApiRig.start('api_pages');
}, 60_000);
afterAll(() => rig.stop());

const open = (url: string, headers: Record<string, string> = {}): Promise<Page> => send('GET', url, undefined, headers);

async function send(
  method: string,
  url: string,
  payload?: string,
  headers: Record<string, string> = {},
): Promise<Page> {
  const answer = await rig.app.inject({
    method: method as 'GET',
    url,
    headers,
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer.statusCode, text: answer.body, headers: answer.headers };
}

const answerBy = (url: string, fields: string): Promise<Page> => send('POST', url, fields, { 'content-type': FORM });

async function stored(): Promise<{ body: { type: string; data: Record<string, unknown> } }[]> {
  const { rows } = await rig.owner.query<{ body: string }>(
    `select body from app.inbox_event where kind = 'link' order by seq`,
  );
  return rows.map(({ body }) => ({ body: JSON.parse(body) as { type: string; data: Record<string, unknown> } }));
}

describe('every page that a message leads to', () => {
  it('has the letterhead of the shop, and loads nothing but its logo', async () => {
    const letterhead = { color: '#0a7d4f', logoUrl: 'https://cdn.example/logo.png', address: '4 Mill Lane' };
    await rig.call('PATCH', '/api/v1/shop', { body: { letterhead } });
    const { survey, unsubscribe, preferences, message } = await links();
    const event = { type: 'consent.changed', data: { channel: 'email', state: 'pending', level: 'single' } };
    await rig.owner.query('update app.message set context = $2 where id = $1', [message, { event }]);
    const codes = rig.app.get(MessageCodes, { strict: false });
    const confirm = `/c/${codes.codeOf('confirm', { shopId: rig.shopId, messageId: message })}`;
    const unboxing = new URL(rig.app.get(UnboxingLinks).urlOf({ shopId: rig.shopId, product: null })).pathname;
    for (const url of [survey, unsubscribe, preferences, confirm, unboxing]) {
      const { status, text, headers } = await open(url);
      expect(status).toBe(200);
      expect(text).toContain('--button:#0a7d4f');
      expect(text).toContain('<p class="address">4 Mill Lane</p>');
      expect(text.match(/(?:src|href)="[^"?]+"/g)).toEqual(['src="https://cdn.example/logo.png"']);
      expect(headers['content-security-policy']).toContain("img-src 'self' data: https:");
    }
    for (const url of [unsubscribe, preferences, confirm])
      expect((await send('POST', url)).text).toContain('4 Mill Lane');
    await rig.call('PATCH', '/api/v1/shop', { body: { letterhead: null } });
    expect((await open(survey)).text).not.toContain('--button:#');
  });
});

describe('survey page', () => {
  beforeEach(() => rig.owner.query('truncate app.inbox_event, app.inbox_dedupe'));

  it('asks with words at both ends, escapes what shops write, and forbids script and caching', async () => {
    const { survey } = await links();
    const { status, text, headers } = await open(`${survey}?score=4`);
    expect(status).toBe(200);
    expect(text).toContain('How was &quot;it&quot; &lt;really&gt;?');
    expect(text).toContain('1: very bad');
    expect(text).toContain('5: very good');
    expect(text).toMatch(/value="4" required checked/);
    expect(text.match(/type="radio"/g)).toHaveLength(5);
    expect(text).not.toContain('<script');
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex',
      'referrer-policy': 'no-referrer',
    });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
  });

  it("speaks the customer's language", async () => {
    const { text } = await open((await links({ locale: 'fr-CA' })).survey);
    expect(text).toContain('<html lang="fr"');
    expect(text).toContain('Comment était-ce ?');
    expect(text).toContain('Envoyer');
  });

  it('records nothing when it is opened, however often', async () => {
    const { survey } = await links();
    for (const method of ['GET', 'HEAD', 'GET']) expect((await send(method, `${survey}?score=1`)).status).toBe(200);
    expect(await stored()).toEqual([]);
  });

  it('records the form once, however often that form is sent', async () => {
    const { survey } = await links();
    const submission = /name="submission" value="([^"]+)"/.exec((await open(survey)).text)?.[1];
    const fields = `score=5&comment=${encodeURIComponent('Très bien & <b>fast</b>')}&submission=${submission}`;
    for (let times = 0; times < 2; times += 1) {
      const thanks = await answerBy(survey, fields);
      expect(thanks.status).toBe(200);
      expect(thanks.text).toContain('Thank you!');
    }
    const events = await stored();
    expect(events).toHaveLength(1);
    expect(events[0]?.body).toMatchObject({
      type: 'survey.answered',
      data: { survey: 'delivery-csat', score: 5, comment: 'Très bien & <b>fast</b>' },
    });
  });

  it.each(['', 'score=6', 'score=0', 'score=five', 'score=4&score=5', 'score=1e0'])(
    'shows the form again for "%s"',
    async (fields) => {
      const { survey } = await links();
      const again = await answerBy(survey, `${fields}&comment=kept%20words`);
      expect(again.status).toBe(422);
      expect(again.text).toContain('Please choose a number from 1 to 5');
      expect(again.text).toContain('kept words');
      expect(await stored()).toEqual([]);
    },
  );

  it('says in plain words that a link is unknown or too old', async () => {
    const unknown = await open('/s/nonsense', { 'accept-language': 'fr-FR,fr;q=0.9' });
    expect(unknown.status).toBe(404);
    expect(unknown.text).toContain('Ce lien ne mène nulle part');
    const { survey, unsubscribe } = await links({ expires: '-1 day' });
    for (const url of [survey, unsubscribe]) {
      const old = await open(url);
      expect(old.status).toBe(410);
      expect(old.text).toContain('This link is too old');
    }
    expect((await answerBy(survey, 'score=5')).status).toBe(410);
    const { unsubscribe: other } = await links();
    expect((await open(other.replace('/u/', '/s/'))).status).toBe(404);
  });
});

describe('unsubscribe page', () => {
  const suppressed = async (): Promise<number> =>
    (await rig.owner.query('select 1 from app.suppression')).rowCount ?? 0;
  beforeEach(() => rig.owner.query('truncate app.inbox_event, app.inbox_dedupe, app.suppression'));

  it('asks first: opening it changes nothing', async () => {
    const { unsubscribe } = await links();
    expect((await open(unsubscribe)).text).toContain('<form method="post">');
    expect((await send('HEAD', unsubscribe)).status).toBe(200);
    expect(await suppressed()).toBe(0);
    expect(await stored()).toEqual([]);
  });

  it.each([
    ['a mail program', 'List-Unsubscribe=One-Click', FORM],
    [
      'a mail program by multipart',
      '--b\r\ncontent-disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
      'multipart/form-data; boundary=b',
    ],
    ["the page's button", '', FORM],
  ])('%s unsubscribes at once, without redirect or cookie', async (_title, body, type) => {
    const { unsubscribe } = await links();
    for (let times = 0; times < 2; times += 1) {
      const done = await send('POST', unsubscribe, body, { 'content-type': type });
      expect(done.status).toBe(200);
      expect(done.headers['set-cookie']).toBeUndefined();
      expect(done.text).toContain('You are unsubscribed.');
    }
    expect(await suppressed()).toBe(1);
    expect((await stored()).map(({ body: event }) => event.type)).toEqual(['consent.changed']);
  });
});
