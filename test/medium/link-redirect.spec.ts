import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiRig } from './api-rig.js';
import { linksOf } from './message-links.js';

let rig: ApiRig;
let click: string;

beforeAll(async () => {
  rig = await ApiRig.start('link_redirect');
  ({ click } = await linksOf(rig));
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
