import { expectInvariants } from '../support/invariants.js';
import { tidyUp } from '../support/processes.js';
import { InsightRig } from './insight-rig.js';

const OTHER_SHOP = '0190a000-0000-7000-8000-00000000000b';
const OTHER_ID = '0190a000-0000-7000-8000-0000000000b1';

let rig: InsightRig;
beforeAll(async () => {
  rig = await InsightRig.start('insight_api');
}, 60_000);
afterAll(() =>
  tidyUp(
    () => expectInvariants(rig.ownerUrl),
    () => rig.stop(),
  ),
);

describe('the way in', () => {
  it('refuses what it does not know', async () => {
    const key = await rig.publish({});
    await rig.happens('order.placed', 'known@example.com', '80');
    const id = await rig.idOf('known@example.com');
    const status = async (path: string): Promise<number> => {
      const answer = await rig.api.get(`/api/v1/${path}`);
      const isProblem = String(answer.headers['content-type']).startsWith('application/problem+json');
      return isProblem === answer.status >= 400 ? answer.status : -1;
    };
    expect(await status(`customers/${id}/explain?journey=${key}`)).toBe(200);
    expect(await status(`customers/${id}/explain`)).toBe(422);
    expect(await status(`customers/${id}/explain?journey=${key}&when=now`)).toBe(422);
    expect(await status(`customers/${id}/explain?journey=nobody`)).toBe(404);
    expect(await status(`customers/${OTHER_ID}/explain?journey=${key}`)).toBe(404);
    expect(await status(`journeys/${key}/funnel?version=one`)).toBe(422);
    expect(await status(`journeys/${key}/funnel?version=2`)).toBe(404);
    expect(await status(`journeys/${key}/funnel?from=yesterday`)).toBe(422);
    expect(await status(`journeys/${key}/funnel/people?state=lost`)).toBe(422);
    expect(await status(`journeys/${key}/funnel/people?cursor=eA`)).toBe(422);
    expect(await status(`journeys/${key}/funnel/people?step=nope`)).toBe(404);
    expect(await status('journeys/nobody/funnel')).toBe(404);
  });

  it('links every count to its people', async () => {
    const key = await rig.publish({});
    await rig.happens('order.placed', 'linked@example.com', '90');
    await rig.happens('order.cancelled', 'linked@example.com', '90');
    const { body } = await rig.api.get<{
      steps: { step: string; entered: number; waiting: object; links: { waiting: Record<string, string> } }[];
    }>(`/api/v1/journeys/${key}/funnel?version=1`);
    expect(body.steps.map(({ step, entered, waiting }) => [step, entered, waiting])).toEqual([
      ['pause', 1, { time: 1 }],
      ['say', 0, {}],
    ]);
    const link = body.steps[0]?.links.waiting['time'] ?? '';
    expect(link).toContain('version=1');
    expect((await rig.api.get(link)).body).toMatchObject({
      items: [{ email: 'linked@example.com', order: '90', visit: 1, state: 'waiting', reason: 'time' }],
      next: null,
    });
  });

  it("shows nothing of another shop's journeys and people", async () => {
    const owner = (sql: string, ...values: unknown[]) => rig.api.owner.query(sql, [OTHER_SHOP, ...values]);
    await owner(
      `insert into app.shop (id, name, time_zone, currency, locale) values ($1, 'Other', 'UTC', 'EUR', 'en')`,
    );
    await owner(
      `insert into app.journey (shop_id, id, key, title, state) values ($1, $2, 'theirs', 'Theirs', 'live')`,
      OTHER_ID,
    );
    await owner(`insert into app.customer (shop_id, id, facts) values ($1, $2, '{}')`, OTHER_ID);
    const key = await rig.publish({});
    expect((await rig.api.get('/api/v1/journeys/theirs/funnel')).status).toBe(404);
    expect((await rig.api.get('/api/v1/journeys/theirs/funnel/people')).status).toBe(404);
    expect((await rig.api.get(`/api/v1/customers/${OTHER_ID}/explain?journey=${key}`)).status).toBe(404);
  });
});
