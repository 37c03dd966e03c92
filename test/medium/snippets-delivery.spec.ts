import { readFileSync } from 'node:fs';
import { DeliverMessages, FireDueTimers, ProcessInbox } from '#app/application';
import { jest } from '@jest/globals';
import PostalMime from 'postal-mime';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import { SmtpSink } from '../support/smtp-sink.js';
import { aJourney, send } from './a-journey.js';
import { ApiRig } from './api-rig.js';

jest.setTimeout(60_000);

const CARE = `{% for line in order.lines %}{{ line.title }}: {{ line.snippets.care | default: "as usual" | newline_to_br }}{% endfor %}`;
const TEMPLATE = {
  subject: '{{ order.lines[0].snippets.care | default: "Your order" }}',
  mjml: `<mj-text><p>${CARE}</p><p><a href="{{ order.lines[0].snippets.video }}">Watch</a></p></mj-text>`,
  sms: '{% for line in order.lines %}{{ line.title }}: {{ line.snippets.care }} {% endfor %}',
};
const HOSTILE = '{{ customer.email }}{% assign x = 1 %} <script>alert(1)</script> & "oil"';

interface Preview {
  readonly messages: readonly {
    readonly html: string | null;
    readonly sms: string | null;
    readonly locale: string;
    readonly gaps: readonly {
      readonly place: string;
      readonly placeholder: string;
      readonly fallback: string | null;
    }[];
  }[];
}

let rig: ApiRig;
let sink: SmtpSink;
let n = 0;
beforeAll(async () => {
  sink = await SmtpSink.start();
  rig = await ApiRig.start('snippets_delivery', { SMTP_URL: sink.url, MAIL_FROM: 'hello@shop.example' });
  await rig.owner.query('update app.shop set contact_rules = $1', [NO_CONTACT_RULES]);
  const templates = { hello: { en: TEMPLATE, fr: TEMPLATE } };
  const steps = [
    send('mail', { template: 'hello', channels: ['email'] }),
    send('text', { template: 'hello', channels: ['sms'] }),
  ];
  await publish(aJourney({ key: 'care', steps, templates }));
  // a draft that nobody has entered
  await rig.post('/api/v1/journeys', aJourney({ key: 'care-again', steps, templates }));
});
afterAll(async () => {
  await rig.stop();
  await sink.stop();
});
beforeEach(async () => {
  await rig.owner.query('truncate app.product_snippet');
  sink.ledger.clear();
});

async function publish(document: object): Promise<void> {
  const saved = await rig.post('/api/v1/journeys', document);
  const published = await rig.post(`/api/v1/journeys/care/publish`);
  if (saved.status >= 300 || published.status >= 300) throw new Error(saved.text + published.text);
}
async function store(...items: object[]): Promise<void> {
  const { body, text } = await rig.post<{ refused: number }>('/api/v1/snippets/import', items);
  if (body.refused !== 0) throw new Error(text);
}
/** Places an order; its id. */
async function order(lines: readonly object[], locale = 'en'): Promise<string> {
  n += 1;
  const { status, text } = await rig.post('/api/v1/events', {
    id: `e-${n}`,
    type: 'order.placed',
    occurredAt: new Date().toISOString(),
    customer: { externalId: `c-${n}`, email: `c${n}@mail.example`, phone: `+3361234${1000 + n}` },
    order: { externalId: `o-${n}` },
    data: {
      name: `#${n}`,
      profile: { locale },
      lines: lines.map((line, index) => ({ id: String(index), title: 'Bowl', quantity: 1, ...line })),
    },
  });
  if (status >= 300) throw new Error(text);
  for (let claimed = 1; claimed > 0;) ({ claimed } = await rig.app.get(ProcessInbox).run());
  await rig.app.get(FireDueTimers).run();
  return `o-${n}`;
}
async function deliver(): Promise<void> {
  await rig.app.get(DeliverMessages).run('email');
  await rig.app.get(DeliverMessages).run('sms');
}
const mails = () => Promise.all(sink.mails.map(({ data }) => PostalMime.parse(data)));
const contents = async (medium: string) =>
  (
    await rig.owner.query<{ text: string; html: string | null }>(
      `select c.text, c.html from app.message_content c join app.message m on m.shop_id = c.shop_id and m.id = c.message_id
       where m.medium = $1 order by m.created_at desc, m.id desc`,
      [medium],
    )
  ).rows;
const preview = async (subject: object): Promise<Preview['messages']> =>
  (await rig.post<Preview>('/api/v1/journeys/care/preview', subject)).body.messages;

describe('a message with snippets', () => {
  it('holds those of each product, in HTML, text and SMS, in the language of its reader', async () => {
    await store(
      { name: 'care', sku: 'BOWL-1', locale: 'en', text: 'Wash it by hand.\nOil it.' },
      { name: 'care', sku: 'BOWL-1', locale: 'fr', text: 'Lavez-le à la main.' },
      { name: 'care', productId: '78', text: 'Cold water.' },
      { name: 'video', text: 'https://shop.example/v?a=1&b=2' },
    );
    await order([
      { sku: 'BOWL-1', productId: '77' },
      { title: 'Shirt', sku: 'S-1', productId: '78' },
      { title: 'Cup' },
    ]);
    await order([{ sku: 'BOWL-1' }], 'fr-CA');
    await deliver();
    const [english, french] = (await mails()).toSorted((a, b) => ((a.date ?? '') < (b.date ?? '') ? -1 : 1));
    const all = [english, french];
    const one = all.find((mail) => mail?.html?.includes('Shirt'));
    expect(one?.subject).toBe('Wash it by hand. Oil it.');
    expect(one?.html).toMatch(/Bowl: Wash it by hand\.<br>\s*Oil it\.Shirt: Cold water\.Cup: as usual/);
    expect(one?.html).toContain('href="https://shop.example/v?a=1&amp;b=2"');
    expect(one?.text).toMatch(/Bowl: Wash it by hand\.\s+Oil it\.Shirt: Cold water\.Cup: as usual/);
    expect(all.find((mail) => mail !== one)?.html).toContain('Lavez-le à la main.');
    const texts = (await contents('sms')).slice(0, 2).map(({ text }) => text);
    expect(texts.toSorted()).toEqual([
      'Bowl: Lavez-le à la main.',
      'Bowl: Wash it by hand.\nOil it. Shirt: Cold water. Cup:',
    ]);
  });

  it('prints hostile words as they are', async () => {
    await store({ name: 'care', sku: 'EVIL', text: HOSTILE });
    await order([{ sku: 'EVIL' }]);
    await deliver();
    const [mail] = await mails();
    expect(mail?.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;oil&#34;');
    expect(mail?.html).not.toContain('<script>');
    expect(mail?.html).not.toContain('@mail.example');
    expect(mail?.subject).toBe(HOSTILE);
    expect((await contents('sms'))[0]?.text).toBe(`Bowl: ${HOSTILE}`);
  });

  it('keeps its words when the snippet changes', async () => {
    await store({ name: 'care', text: 'Wash it.' });
    await order([{}]);
    await deliver();
    await store({ name: 'care', text: 'Burn it.' });
    await deliver();
    expect((await contents('email'))[0]?.html).toContain('Wash it.');
    expect(await mails()).toHaveLength(1);
  });

  it('belongs to one shop: those of another are never found', async () => {
    await rig.owner.query(
      `with other as (insert into app.shop (id, name, time_zone, currency, locale)
         values (gen_random_uuid(), 'Other', 'UTC', 'EUR', 'en') returning id)
       insert into app.product_snippet (shop_id, name, about, product, locale, text)
       select id, 'care', 'any', '', 'default', 'Of another shop' from other`,
    );
    await order([{}]);
    await deliver();
    expect((await mails())[0]?.html).toContain('Bowl: as usual');
  });
});

describe('what shows messages before they go', () => {
  it('previews them with snippets, and names what this order has none of', async () => {
    await store({ name: 'care', sku: 'BOWL-1', text: 'Wash it.' });
    const id = await order([{ sku: 'BOWL-1' }, { sku: 'CUP-1' }]);
    const [mail] = await preview({ order: id });
    expect(mail?.html).toContain('Bowl: Wash it.Bowl: as usual');
    expect(mail?.gaps).toContainEqual({
      place: 'mjml',
      placeholder: '{{ line.snippets.care | default: "as usual" | newline_to_br }}',
      fallback: 'as usual',
    });
    expect(mail?.gaps).toContainEqual({
      place: 'mjml',
      placeholder: '{{ order.lines[0].snippets.video }}',
      fallback: null,
    });
    expect(mail?.gaps.filter(({ place }) => place === 'subject')).toEqual([]);
    const [sample] = await preview({ sample: 'known' });
    expect(sample?.html).toContain('Olive wood bowl: Wash it.');
  });

  it('has them in the guide of a preset, in place of the words that its settings hold', async () => {
    const preset = readFileSync('config/presets/journeys/how-to-use.yaml', 'utf8');
    await rig.post('/api/v1/journeys', preset, { type: 'application/yaml' });
    const guide = async () =>
      (await rig.post<Preview>('/api/v1/journeys/how-to-use/preview', { sample: 'known', step: 'guide' })).body
        .messages[0]?.html;
    expect(await guide()).toContain('oil it twice a year');
    await store({ name: 'care', sku: 'BOWL-1', text: 'Oil it in May.' });
    expect(await guide()).toContain('Oil it in May.');
    expect(await guide()).not.toContain('oil it twice a year');
    const { body } = await rig.post<{ warnings: { code: string }[] }>('/api/v1/journeys/how-to-use/publish');
    expect(body.warnings.map(({ code }) => code)).not.toContain('snippet.unknown');
  });

  it('backtests and dry runs write them too, and count the parts of their texts', async () => {
    const id = await order([{ sku: 'LONG' }]);
    const { rows } = await rig.owner.query<{ id: string }>(
      `select i.customer_id as id from app.customer_identity i where i.value = $1`,
      [`c${n}@mail.example`],
    );
    const from = new Date(Date.now() - 86_400_000).toISOString();
    const to = new Date(Date.now() + 60_000).toISOString();
    const backtest = async () => {
      const { body, text } = await rig.post<{
        sms: { messages: number; segments: number };
        sample: { html: string }[];
      }>('/api/v1/journeys/care/backtest', { from, to });
      if (body.sms === undefined) throw new Error(text);
      return body;
    };
    const before = await backtest();
    await store({ name: 'care', text: 'Wash it by hand. '.repeat(20) });
    const after = await backtest();
    expect(after.sms.messages).toBe(before.sms.messages);
    expect(after.sms.segments).toBeGreaterThan(before.sms.segments + after.sms.messages);
    expect(after.sample.some(({ html }) => html?.includes('Wash it by hand.'))).toBe(true);
    const dry = await rig.post<{ messages: { html: string | null }[] }>('/api/v1/journeys/care-again/dry-run', {
      customer: rows[0]?.id,
      order: id,
    });
    expect(dry.body.messages.some(({ html }) => html?.includes('Wash it by hand.'))).toBe(true);
  });
});
