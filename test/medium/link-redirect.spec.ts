import { JudgeHits, ProcessInbox } from '#app/application';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiRig } from './api-rig.js';
import { linksOf } from './message-links.js';

let rig: ApiRig;
let click: string;
let messageId: string;

beforeAll(async () => {
  rig = await ApiRig.start('link_redirect');
  ({ click, message: messageId } = await linksOf(rig));
});
afterAll(() => rig?.stop());

const hits = async () =>
  (await rig.owner.query('select agent, is_robot from app.link_hit order by seen_at')).rows as object[];
const follow = (method: 'GET' | 'HEAD' | 'POST', url: string, agent?: string) =>
  rig.app.inject({ method, url, headers: { 'user-agent': agent ?? '' } });

describe('a link of a message', () => {
  it('leads on at once, tells the page nothing of where it stood, and is kept by nobody', async () => {
    const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
    const { statusCode, headers, body } = await follow('GET', click, agent);
    expect([statusCode, body]).toEqual([302, '']);
    expect(headers).toMatchObject({
      location: 'https://shop.example/new',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex',
    });
    expect(headers['set-cookie']).toBeUndefined();
    expect(await hits()).toEqual([{ agent, is_robot: false }]);
  });

  it('leads robots on too, and knows them; a look is not noted', async () => {
    expect((await follow('HEAD', click)).headers['location']).toBe('https://shop.example/new');
    await follow('GET', click, 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)');
    await follow('GET', click);
    expect((await hits()).slice(1)).toEqual([
      { agent: expect.stringContaining('Googlebot'), is_robot: true },
      { agent: '', is_robot: true },
    ]);
  });

  it('that a person followed is on their timeline', async () => {
    await rig.owner.query(`update app.link_hit set seen_at = seen_at - interval '11 seconds'`);
    expect(await rig.app.get(JudgeHits).run()).toBe(1);
    await rig.app.get(ProcessInbox).run();
    const { rows } = await rig.owner.query(`select body->'data' as data from app.event where type = 'message.clicked'`);
    expect(rows).toEqual([{ data: { messageId, channel: 'email', url: 'https://shop.example/new' } }]);
    expect((await rig.owner.query('select from app.dead_letter')).rowCount).toBe(0);
  });

  it('opens no other door', async () => {
    for (const url of [
      `${click}1`,
      `${click}?to=https://evil.example`,
      `${click}%2F%2Fevil.example`,
      '/l/',
      '/l/https%3A%2F%2Fevil.example',
    ]) {
      const { headers, statusCode } = await follow('GET', url);
      expect([url, headers['location'] ?? 'https://shop.example/new']).toEqual([url, 'https://shop.example/new']);
      expect(statusCode).toBeLessThan(500);
    }
    expect((await follow('POST', click)).statusCode).toBe(405);
  });
});
