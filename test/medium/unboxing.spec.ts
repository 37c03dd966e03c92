import { ProcessInbox } from '#app/application';
import { jest } from '@jest/globals';
import { ApiRig } from './api-rig.js';

jest.setTimeout(60_000);
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

interface Group {
  key: string;
  n: number;
  numerator: number;
}

let rig: ApiRig;
beforeAll(async () => {
  rig = await ApiRig.start('unboxing');
});
afterAll(() => rig.stop());
beforeEach(() => rig.owner.query('truncate app.survey_answer'));

/** Path of the page behind the code. */
async function linkFor(product?: string): Promise<string> {
  const { body } = await rig.get<{ url: string }>(
    `/api/v1/unboxing/link${product === undefined ? '' : `?product=${product}`}`,
  );
  return new URL(body.url).pathname;
}

const open = (url: string, headers: Record<string, string> = {}) => rig.app.inject({ method: 'GET', url, headers });
const answer = async (url: string, fields: Record<string, string>) => {
  const payload = new URLSearchParams(fields).toString();
  const { statusCode, body } = await rig.app.inject({ method: 'POST', url, headers: FORM, payload });
  await rig.app.get(ProcessInbox).run();
  return { status: statusCode, text: body };
};
const groups = async (by: string): Promise<[string, number, number][]> => {
  const { body } = await rig.get<{ groups: Group[] }>(`/api/v1/scores/csat?groupBy=${by}`);
  return body.groups.map(({ key, n, numerator }) => [key, n, numerator]);
};
const answers = async () =>
  (
    await rig.owner.query(
      `select a.score, a.comment, a.superseded, c.facts->>'email' as email, o.external_id as order from app.survey_answer a
       left join app.customer c on c.shop_id = a.shop_id and c.id = a.customer_id
       left join app.orders o on o.shop_id = a.shop_id and o.id = a.order_id order by a.id`,
    )
  ).rows;

describe('the page behind a code on a slip', () => {
  it('is the same for ever, asks in the language of its reader, and records nothing when it is opened', async () => {
    const url = await linkFor();
    expect(await linkFor()).toBe(url);
    const page = await open(url, { 'accept-language': 'fr-FR,fr;q=0.9' });
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('Dans quel état votre colis');
    expect(page.body).not.toContain('<script');
    expect((await open(url)).body).toContain('How did your parcel');
    await rig.app.get(ProcessInbox).run();
    expect(await answers()).toEqual([]);
  });

  it('is found by no code that this installation did not make', async () => {
    const url = await linkFor('BOWL-1');
    const [subject = '', token] = url.replace('/q/', '').split('.');
    const other = Buffer.from(Buffer.from(subject, 'base64url').toString().replace('BOWL', 'CUP')).toString(
      'base64url',
    );
    for (const wrong of [`${other}.${token}`, `${subject}.${token}x`, `${url}.x`.slice(3), subject, 'x', '.'])
      expect((await open(`/q/${wrong}`)).statusCode).toBe(404);
  });

  it('takes answers of nobody into the score, by source and by product, each form once', async () => {
    const [general, bowl] = [await linkFor(), await linkFor('BOWL-1')];
    for (const times of [1, 2])
      expect([times, (await answer(general, { score: '5', submission: 'form-1' })).status]).toEqual([times, 200]);
    await answer(general, { score: '2', comment: ' Crushed ', submission: 'form-2' });
    await answer(bowl, { score: '4', submission: 'form-3' });
    expect(await groups('channel')).toEqual([['qr', 3, 2]]);
    expect(await groups('survey')).toEqual([
      ['unboxing', 2, 1],
      ['unboxing:BOWL-1', 1, 1],
    ]);
    expect(await answers()).toMatchObject([
      { score: 5, email: null, order: null },
      { score: 2, comment: 'Crushed', email: null },
      { score: 4 },
    ]);
    const refused = await answer(general, { score: '6', comment: '<b>', submission: 'form-4' });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('&lt;b&gt;</textarea>');
    expect(await answers()).toHaveLength(3);
  });

  it('belongs to an order only where number and address fit together; the last answer to a parcel counts', async () => {
    await rig.post('/api/v1/events', {
      id: 'e1',
      type: 'order.placed',
      occurredAt: '2026-03-01T10:00:00Z',
      customer: { email: 'ada@mail.example' },
      order: { externalId: '9001' },
      data: { name: '#1001' },
    });
    await rig.app.get(ProcessInbox).run();
    const url = await linkFor();
    await answer(url, { score: '1', submission: 'a', order: '1001', email: 'eve@mail.example' });
    await answer(url, { score: '1', submission: 'b', order: '#1001', email: 'Ada@mail.example ' });
    await answer(url, { score: '3', submission: 'c', order: '9001', email: 'ada@mail.example' });
    await answer(url, { score: '4', submission: 'd', email: 'ada@mail.example' });
    const ada = { email: 'ada@mail.example', order: '9001' };
    expect(await answers()).toMatchObject([
      { score: 1, email: null, order: null, superseded: false },
      { score: 1, ...ada, superseded: true },
      { score: 3, ...ada, superseded: false },
      { score: 4, email: null, order: null },
    ]);
  });
});
