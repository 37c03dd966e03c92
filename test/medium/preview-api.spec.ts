import { readFileSync } from 'node:fs';
import { ProcessInbox } from '#app/application';
import { ApiRig } from './api-rig.js';

interface Preview {
  readonly version: number;
  readonly messages: readonly {
    readonly step: string;
    readonly locale: string;
    readonly subject: string | null;
    readonly html: string | null;
    readonly problem: string | null;
    readonly htmlBytes: number | null;
    readonly smsParts: { readonly parts: number; readonly estimate: object | null } | null;
    readonly gaps: readonly { readonly placeholder: string; readonly fallback: string | null }[];
    readonly warnings: readonly { readonly code: string; readonly place: string }[];
  }[];
}

const preset = (key: string): string => readFileSync(`config/presets/journeys/${key}.yaml`, 'utf8');

describe('a preview of messages', () => {
  let rig: ApiRig;
  const preview = (key: string, body: object) => rig.post<Preview>(`/api/v1/journeys/${key}/preview`, body);

  beforeAll(async () => {
    rig = await ApiRig.start('preview_api');
    for (const key of ['delivery-csat', 'how-to-use', 'public-review', 'order-thank-you'])
      await rig.post('/api/v1/journeys', preset(key), { type: 'application/yaml' });
    await rig.post('/api/v1/events', {
      id: 'e1',
      type: 'order.placed',
      occurredAt: '2026-03-02T09:00:00Z',
      customer: { externalId: '1', email: 'zoe@mail.example' },
      order: { externalId: 'A-1' },
      data: { name: '#A-1', profile: { firstName: 'Zoé', locale: 'fr' } },
    });
    await rig.app.get(ProcessInbox).run();
  }, 60_000);
  afterAll(() => rig.stop());

  it('is written with samples, which are listed for each preset', async () => {
    const { body } = await rig.get<{ items: { name: string; title: string; settings: object }[] }>(
      '/api/v1/presets/how-to-use/samples',
    );
    expect(body.items.map(({ name }) => name)).toEqual(['known', 'unknown']);
    expect(body.items[0]).toMatchObject({ settings: { guides: [{ sku: 'BOWL-1' }] } });
    expect((await rig.get('/api/v1/presets/nothing/samples')).status).toBe(404);
    for (const { name } of body.items)
      for (const key of ['delivery-csat', 'how-to-use']) {
        const shown = await preview(key, { sample: name });
        expect(shown.status).toBe(200);
        expect(shown.body.messages).not.toHaveLength(0);
        expect(shown.body.messages.map(({ problem }) => problem).filter((problem) => problem !== null)).toEqual([]);
      }
  });

  it('fills settings in that the shop left empty', async () => {
    const { body } = await preview('how-to-use', { sample: 'known' });
    expect(body.messages.some(({ html }) => html?.includes('https://shop.example/care/olive'))).toBe(true);
  });

  it('fills in what the shop left empty within a setting', async () => {
    const { body } = await preview('public-review', { sample: 'known', step: 'ask-first' });
    expect(body.messages[0]?.html).toContain('https://one.example/review');
  });

  it('shows a link to unsubscribe where the message has one', async () => {
    const isThere = async (key: string): Promise<boolean | undefined> => {
      const { body } = await preview(key, { sample: 'known' });
      return body.messages[0]?.html?.includes('https://preview.example/unsubscribe');
    };
    expect(await isThere('delivery-csat')).toBe(true);
    expect(await isThere('order-thank-you')).toBe(false);
  });

  it('speaks to a customer in their language, or in the one asked for', async () => {
    const customers = await rig.get<{ items: { id: string }[] }>('/api/v1/customers');
    const customer = customers.body.items[0]?.id;
    const { body } = await preview('delivery-csat', { customer, order: 'A-1', step: 'ask' });
    expect(body.messages).toMatchObject([{ step: 'ask', locale: 'fr', html: expect.stringContaining('Zoé') }]);
    const english = await preview('delivery-csat', { customer, step: 'ask', locale: 'en' });
    expect(english.body.messages).toMatchObject([{ locale: 'en', html: expect.stringContaining('Zoé') }]);
    expect(await rig.get('/api/v1/messages')).toMatchObject({ body: { items: [] } });
  });

  it('is written for whom an address or an order belongs to, and that is noted', async () => {
    for (const subject of [
      { email: ' ZOE@mail.example ' },
      { email: 'zoe@mail.example', order: 'A-1' },
      { order: 'A-1' },
    ]) {
      const { status, body } = await preview('delivery-csat', { ...subject, step: 'ask' });
      expect([status, body.messages[0]?.html?.includes('Zoé')]).toEqual([200, true]);
    }
    const { body } = await rig.get<{ items: { action: string; subject: string }[] }>('/api/v1/audit');
    expect(
      body.items.filter(({ action, subject }) => action === 'preview' && subject === 'customer').length,
    ).toBeGreaterThan(2);
  });

  it('names the facts that are missing with what stands there, and what a reader would stumble over', async () => {
    const mail = {
      subject: `Hello {{ customer.lastName | default: "there" }}${'.'.repeat(80)}`,
      mjml: `<mj-text>{{ order.total | money }}${'{{ settings.long }}'.repeat(4)}</mj-text>`,
      sms: '{{ customer.firstName }}: {{ settings.long | slice: 0, 500 }}',
    };
    await rig.post('/api/v1/journeys', {
      key: 'gaps',
      title: 'Gaps',
      class: 'service',
      trigger: 'order.placed',
      entry: { key: 'order.id' },
      settings: { long: 'x'.repeat(30_000) },
      steps: [{ id: 'say', kind: 'send', settings: { template: 'hello', channels: ['email', 'sms'] } }],
      templates: { hello: { en: mail } },
    });
    const { body } = await preview('gaps', { order: 'A-1' });
    const [message] = body.messages;
    expect(message?.gaps.toSorted((a, b) => (a.placeholder < b.placeholder ? -1 : 1))).toEqual([
      { place: 'subject', placeholder: '{{ customer.lastName | default: "there" }}', fallback: 'there' },
      { place: 'mjml', placeholder: '{{ order.total | money }}', fallback: null },
    ]);
    expect(message?.smsParts).toMatchObject({ parts: 4, estimate: null });
    await rig.call('PATCH', '/api/v1/shop', { body: { texts: { prices: { '*': 0.1 } } } });
    const priced = (await preview('gaps', { order: 'A-1' })).body.messages[0];
    expect(priced?.smsParts).toMatchObject({ estimate: { amount: 40 } });
    expect(message?.htmlBytes).toBeGreaterThan(104_448);
    expect(message?.warnings.map(({ code }) => code)).toEqual(['subject.too-long', 'sms.too-long', 'mail.too-large']);
  });

  it('can be compared with that of another version, where a partial changed too', async () => {
    const save = (title: string, end: string) =>
      rig.post('/api/v1/journeys', {
        key: 'two-versions',
        title,
        class: 'service',
        trigger: 'order.placed',
        entry: { key: 'order.id' },
        steps: [{ id: 'say', kind: 'send', settings: { template: 'hello', channels: ['sms'] } }],
        templates: { hello: { en: { sms: 'Hello{% render "end" %}' }, fr: { sms: 'Bonjour' } } },
        partials: { end: { default: end } },
      });
    await save('Hello', ', bye');
    await save('Hello', ', see you');
    const compared = (query: string) =>
      rig.get<{ diff: string; templates: object[] }>(`/api/v1/journeys/two-versions/diff?${query}`);
    const { body } = await compared('from=1&to=2');
    expect(body.templates).toEqual([{ template: 'hello', locale: 'en', change: 'changed' }]);
    expect(body.diff).toContain("-    default: ', bye'\n+    default: ', see you'");
    expect((await compared('from=2&to=2')).body).toMatchObject({ diff: '', templates: [] });
    expect((await compared('from=1&to=3')).status).toBe(404);
    expect((await compared('from=1&to=x')).status).toBe(422);
    expect((await compared('from=1')).status).toBe(422);
    const shown = await rig.post<{ messages: { sms: string }[] }>('/api/v1/journeys/two-versions/preview', {
      order: 'A-1',
      version: 1,
      locale: 'en',
    });
    expect(shown.body.messages).toMatchObject([{ sms: 'Hello, bye' }]);
  });

  it('stands on the letterhead of the shop, from the moment it is set', async () => {
    const htmlOf = async (): Promise<string> => {
      const { body } = await preview('order-thank-you', { sample: 'known' });
      return body.messages[0]?.html ?? '';
    };
    const patch = (letterhead: object | null) =>
      rig.call<{ letterhead: object }>('PATCH', '/api/v1/shop', { body: { letterhead } });
    const plain = await htmlOf();
    expect(plain).toContain('background:#1f5eff');
    const set = await patch({
      color: '#0a7d4f',
      logoUrl: 'https://shop.example/logo.png',
      address: '4 Mill Lane, Birchville',
    });
    expect([set.status, set.body.letterhead]).toEqual([
      200,
      { color: '#0a7d4f', logoUrl: 'https://shop.example/logo.png', address: '4 Mill Lane, Birchville' },
    ]);
    for (const html of [await htmlOf(), (await preview('order-thank-you', { order: 'A-1' })).body.messages[0]?.html])
      for (const part of ['a { color: #0a7d4f; }', 'src="https://shop.example/logo.png"', '4 Mill Lane, Birchville'])
        expect(html).toContain(part);
    expect((await patch({ logoUrl: null })).body.letterhead).toMatchObject({ color: '#0a7d4f', logoUrl: null });
    for (const bad of [{ color: 'red' }, { logoUrl: 'http://shop.example/a.png' }, { address: 'a\nb' }, { font: 'x' }])
      expect((await patch(bad)).status).toBe(422);
    expect((await patch(null)).body.letterhead).toEqual({ color: null, logoUrl: null, address: null });
    expect(await htmlOf()).toBe(plain);
  });

  it('refuses what there is not', async () => {
    const status = async (key: string, body: object) => (await preview(key, body)).status;
    expect(await status('nothing', { sample: 'known' })).toBe(404);
    expect(await status('delivery-csat', { sample: 'nobody' })).toBe(404);
    expect(await status('delivery-csat', { sample: 'known', step: 'no' })).toBe(404);
    expect(await status('delivery-csat', { sample: 'known', version: 9 })).toBe(404);
    expect(await status('delivery-csat', { customer: '018f0000-0000-7000-8000-000000000000' })).toBe(404);
    expect(await status('delivery-csat', {})).toBe(422);
    expect(await status('delivery-csat', { email: 'nobody@mail.example' })).toBe(404);
    expect(await status('delivery-csat', { email: 'zoe@mail.example', order: 'A-2' })).toBe(404);
    expect(await status('delivery-csat', { order: 'A-2' })).toBe(404);
    expect(await status('delivery-csat', { email: 'zoe' })).toBe(422);
    expect(await status('delivery-csat', { email: 'zoe@mail.example', sample: 'known' })).toBe(422);
    expect(await status('delivery-csat', { sample: 'known', customer: '018f0000-0000-7000-8000-000000000000' })).toBe(
      422,
    );
  });
});
