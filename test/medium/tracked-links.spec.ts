import { FindLink, FollowLink, JudgeHits, LinkEvents } from '#app/application';
import { ConfiguredChannels } from '#app/channels';
import { PgInbox, PgLinkHits, PgLinkStore } from '#app/persistence';
import { UuidV7Ids } from '#app/platform';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import PostalMime from 'postal-mime';
import { SmtpSink } from '../support/smtp-sink.js';
import { DeliveryRig } from './delivery-rig.js';
import { type MessagePlan } from './planned-message.js';

const BROWSER = { agent: 'Mozilla/5.0 (X11; Linux) Firefox/140.0', isRobot: false, isLook: false };
const LINK = /https:\/\/shop\.example\/l\/([\w-]+)/g;

let rig: DeliveryRig;
let sink: SmtpSink;
let follow: FollowLink;
let judge: JudgeHits;

beforeAll(async () => {
  rig = await DeliveryRig.start('tracked_links');
  sink = await SmtpSink.start();
  const [store, hits] = [new PgLinkStore(), new PgLinkHits()];
  follow = new FollowLink(rig.uow, new FindLink(rig.uow, store, rig.secrets), hits);
  const events = new LinkEvents(new PgInbox(rig.dataSource, new UuidV7Ids()), rig.hints);
  judge = new JudgeHits(rig.uow, hits, store, events, rig.secrets);
});
afterAll(async () => {
  await sink?.stop();
  await rig?.stop();
});
beforeEach(async () => {
  sink.ledger.clear();
  await rig.rows('delete from app.link_hit');
  await rig.rows(`update app.shop set links = '{}'`);
});

/** Delivers one message; the codes of its links, in the order of its parts. */
async function sent(plan: MessagePlan = {}): Promise<{ id: string; codes: string[]; html: string; text: string }> {
  const [id = ''] = await rig.plan(1, { template: 'shopping', ...plan });
  const channels = plan.medium === 'sms' ? new ConfiguredChannels({}) : rig.smtp(sink);
  expect(await rig.deliverer(channels).run(plan.medium ?? 'email')).toMatchObject({ sent: 1 });
  await channels.close();
  const [row] = await rig.rows<{ html: string | null; text: string }>(
    'select html, text from app.message_content where message_id = $1',
    [id],
  );
  const { html, text } = { html: row?.html ?? '', text: row?.text ?? '' };
  return { id, html, text, codes: [...`${html}\n${text}`.matchAll(LINK)].map(([, code]) => code ?? '') };
}
/** The quiet time before hits are judged is over. */
const later = () => rig.rows(`update app.link_hit set seen_at = seen_at - interval '11 seconds'`);
const longAfterHandOver = (id: string) =>
  rig.rows(`update app.message set handed_at = handed_at - interval '1 minute' where id = $1`, [id]);
const clicks = (id: string) =>
  rig.rows<{ body: string }>(
    `select body from app.inbox_event where kind = 'link' and body like '%message.clicked%' and body like '%' || $1 || '%'`,
    [id],
  );

describe('links of a message', () => {
  it('go out as links of ours and lead on to where the template says', async () => {
    const { codes, html, text } = await sent();
    expect(codes).toHaveLength(4);
    expect(html + text).not.toContain('birch.example/new');
    const mail = await PostalMime.parse(sink.mails[0]?.data ?? '');
    expect(mail.html).toContain(`https://shop.example/l/${codes[0]}`);
    expect(mail.text).toContain(`https://shop.example/l/${codes[0]}`);
    expect(await follow.run(codes[0] ?? '', BROWSER)).toBe('https://shop.birch.example/new?a=1&b=Ada');
    expect(await follow.run(codes[1] ?? '', BROWSER)).toBe('https://care.example/');
  });

  it('are short in a text message', async () => {
    const { text } = await sent({ medium: 'sms', class: 'service' });
    expect(text).toMatch(/^New: https:\/\/shop\.example\/l\/[\w-]{16}$/);
  });

  it("tell the shop's own pages where a visitor comes from, tracked or not", async () => {
    await rig.rows(`update app.shop set links = '{"track": false, "utmHosts": ["birch.example"]}'`);
    const { html, codes } = await sent();
    expect(codes).toEqual([]);
    expect(html).toContain('utm_source=afterglow&amp;utm_medium=email&amp;utm_campaign=');
    expect(html).toContain('href="https://care.example/"');
  });

  it.each(['', 'x', '../../', 'AAAAAAAAAAAAAAAA'])('a code that was never made leads nowhere: "%s"', async (code) => {
    await expect(follow.run(code, BROWSER)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('of a number that the message does not have, or written otherwise, leads nowhere', async () => {
    const { codes } = await sent();
    for (const tail of ['0', '2', '01', 'zz', 'zzz', '%20', '1 '])
      await expect(follow.run(`${codes[0]}${tail}`, BROWSER)).rejects.toMatchObject({ code: 'not_found' });
    expect(await rig.rows('select from app.link_hit')).toHaveLength(0);
  });
});

describe('a click', () => {
  it('of a person is on the timeline once for each link, however often', async () => {
    const { id, codes } = await sent();
    await longAfterHandOver(id);
    for (let times = 0; times < 3; times += 1) await follow.run(codes[0] ?? '', BROWSER);
    expect(await judge.run()).toBe(0);
    await later();
    expect(await judge.run()).toBe(1);
    expect(await judge.run()).toBe(0);
    await follow.run(codes[0] ?? '', BROWSER);
    await follow.run(codes[1] ?? '', BROWSER);
    await later();
    await judge.run();
    const said = (await clicks(id)).map(({ body }) => JSON.parse(body) as { type: string; data: object });
    expect(said.map(({ type, data }) => [type, data])).toEqual([
      ['message.clicked', { messageId: id, channel: 'email', url: 'https://shop.birch.example/new?a=1&b=Ada' }],
      ['message.clicked', { messageId: id, channel: 'email', url: 'https://care.example/' }],
    ]);
    expect(await rig.rows('select from app.link_hit where is_machine = false')).toHaveLength(5);
  });

  it('is judged a thousand at a time, however often somebody follows a link', async () => {
    const { id } = await sent();
    await longAfterHandOver(id);
    await rig.rows(
      `insert into app.link_hit (shop_id, message_id, position, agent, is_robot, seen_at)
       select $1, $2, 0, 'Firefox', false, app.lease_now() - n * interval '10 seconds' from generate_series(2, 2501) n`,
      [rig.shopId, id],
    );
    let rounds = 0;
    while ((await judge.run()) > 0) rounds += 1;
    expect(rounds).toBe(3);
    expect(await rig.rows('select from app.link_hit where is_machine = false')).toHaveLength(2_500);
    expect(await clicks(id)).toHaveLength(1);
  });

  it('of a machine is kept and told nobody', async () => {
    const { id, codes } = await sent();
    await longAfterHandOver(id);
    await follow.run(codes[0] ?? '', { ...BROWSER, isRobot: true });
    await later();
    await judge.run();
    expect(await clicks(id)).toEqual([]);
    expect(await rig.rows('select is_machine from app.link_hit')).toEqual([{ is_machine: true }]);
  });

  it('that came with the mail itself was a scanner; a look without following is nothing', async () => {
    const { id, codes } = await sent();
    await rig.rows(`update app.message set handed_at = now() - interval '1 second' where id = $1`, [id]);
    await follow.run(codes[0] ?? '', BROWSER);
    await follow.run(codes[1] ?? '', { ...BROWSER, isLook: true });
    await later();
    await judge.run();
    expect(await clicks(id)).toEqual([]);
    expect(await rig.rows('select is_machine from app.link_hit')).toEqual([{ is_machine: true }]);
  });
});
