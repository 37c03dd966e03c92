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

  it('refuses what there is not', async () => {
    const status = async (key: string, body: object) => (await preview(key, body)).status;
    expect(await status('nothing', { sample: 'known' })).toBe(404);
    expect(await status('delivery-csat', { sample: 'nobody' })).toBe(404);
    expect(await status('delivery-csat', { sample: 'known', step: 'no' })).toBe(404);
    expect(await status('delivery-csat', { sample: 'known', version: 9 })).toBe(404);
    expect(await status('delivery-csat', { customer: '018f0000-0000-7000-8000-000000000000' })).toBe(404);
    expect(await status('delivery-csat', {})).toBe(422);
    expect(await status('delivery-csat', { sample: 'known', customer: '018f0000-0000-7000-8000-000000000000' })).toBe(
      422,
    );
  });
});
