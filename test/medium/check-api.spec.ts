import { readFileSync } from 'node:fs';
import { ApiRig } from './api-rig.js';

const YAML = 'application/yaml';

interface Checked {
  readonly key: string;
  readonly publishable: boolean;
  readonly findings: readonly {
    readonly code: string;
    readonly pointer: string;
    readonly story: readonly { readonly type: string; readonly at: string }[];
  }[];
}

describe('POST /api/v1/journeys/check', () => {
  let rig: ApiRig;
  const preset = readFileSync('config/presets/journeys/delivery-csat.yaml', 'utf8');
  const check = (body: unknown, type?: string) =>
    rig.post<Checked>('/api/v1/journeys/check', body, type === undefined ? {} : { type });

  beforeAll(async () => {
    rig = await ApiRig.start('check_api');
  });
  afterAll(() => rig.stop());

  it('finds nothing in a preset and saves nothing', async () => {
    const { status, body } = await check(preset, YAML);
    expect(status).toBe(200);
    expect(body).toEqual({ key: 'delivery-csat', publishable: true, findings: [] });
    expect((await rig.get('/api/v1/journeys')).body).toMatchObject({ items: [] });
  });

  it('tells the story of a fault', async () => {
    const { status, body } = await check(preset.replace(/^ {2}- order\.refunded\n/m, ''), YAML);
    expect(status).toBe(200);
    expect(body.publishable).toBe(false);
    expect(body.findings.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual(['send.after-refund /exitOn']);
    const types = body.findings[0]?.story.map(({ type }) => type);
    expect(types?.slice(-2)).toEqual(['shipment.delivered', 'order.refunded']);
  });

  it('is repeated when the journey is to go live', async () => {
    await rig.post('/api/v1/journeys', preset.replace(/^ {2}- order\.refunded\n/m, ''), { type: YAML });
    const { status, body } = await rig.post<{ errors: { code: string; example: { story: { type: string }[] } }[] }>(
      '/api/v1/journeys/delivery-csat/publish',
      {},
    );
    expect(status).toBe(422);
    expect(body.errors.map(({ code }) => code)).toEqual(['send.after-refund']);
    expect(body.errors[0]?.example.story.at(-1)).toMatchObject({ type: 'order.refunded' });
    await rig.post('/api/v1/journeys', preset, { type: YAML });
    expect((await rig.post('/api/v1/journeys/delivery-csat/publish', {})).body).toMatchObject({
      state: 'live',
      warnings: [],
    });
  });

  it('refuses a document with faults', async () => {
    const { status, text } = await check({ key: 'x' });
    expect(status).toBe(422);
    expect(text).toContain('/steps');
  });
});
