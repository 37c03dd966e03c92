import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CallSecret, type CallSender, DeliverCalls, SettleDeadLetters } from '#app/application';
import { HttpsCallSender } from '#app/channels';
import type { StepDocument } from '#app/domain';
import { pg, PgCallStore, PgDeadLetters } from '#app/persistence';
import { Webhook } from 'standardwebhooks';
import { trustingGuard } from '../support/compared-clocks.js';
import { aJourney, JourneyRig, NOW } from './journeys-rig.js';

interface Heard {
  readonly headers: Record<string, string>;
  readonly body: string;
}

let rig: JourneyRig;
let server: Server;
let heard: Heard[];
let answer: RequestListener;
const store = new PgCallStore();

beforeEach(async () => {
  rig = await JourneyRig.start('calls');
  heard = [];
  answer = (_request, response) => response.end('thanks');
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      heard.push({ headers: request.headers as Record<string, string>, body });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rig.stop();
});

const here = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
const local = () => new HttpsCallSender({ allowLoopback: true, timeoutMs: 400 });
const secret = () => new CallSecret(rig.unitOfWork, store, rig.secrets);
const deliverer = (sender: CallSender = local()) =>
  new DeliverCalls(rig.unitOfWork, store, secret(), sender, trustingGuard(rig.unitOfWork));
const calls = () =>
  rig.query<{
    id: string;
    state: string;
    reason: string | null;
    attempts: number;
    status: number | null;
    not_before: Date;
    held: boolean;
  }>('select id, state, reason, attempts, status, not_before, held from app.webhook_call order by id');
const letters = () =>
  rig.query<{ id: string; kind: string; code: string }>('select id, kind, code from app.dead_letter');

/** Decides a call by a journey, then points it at the server of this test: documents name https addresses only. */
const plan = async (url: string = here()): Promise<void> => {
  const step = {
    id: 'call',
    kind: 'call-webhook',
    settings: { url: 'https://example.com/', payload: { order: 'order.name' } },
  };
  await rig.publish(aJourney({ key: 'calls', steps: [step as unknown as StepDocument] }));
  const person = await rig.person();
  await rig.hear(rig.event(person, 'order.placed'));
  await rig.query('update app.webhook_call set url = $1', [url]);
};

/** The planned call, so many times more, as calls of a shop. */
const copyCalls = async (shop: string, count: number, url: string): Promise<void> => {
  const [one] = await rig.query<{ call: object }>(
    `select to_jsonb(c) as call from app.webhook_call c where state = 'queued' limit 1`,
  );
  const changes = `jsonb_build_object('shop_id', app.current_shop(), 'id', gen_random_uuid(), 'visit', n + 1, 'url', $3::text)`;
  await rig.unitOfWork.inShop(shop, (tx) =>
    pg(tx).run(
      `insert into app.webhook_call select copy.* from generate_series(1, $2::int) n,
         jsonb_populate_record(null::app.webhook_call, $1::jsonb || ${changes}) copy`,
      [one?.call, count, url],
    ),
  );
};

describe('a call', () => {
  it('is made once, signed with the secret of the shop', async () => {
    await plan();
    const calling = deliverer();
    expect(await calling.run()).toEqual({ claimed: 1, sent: 1, failed: 0, retried: 0, hasMore: false });
    expect(await calling.run()).toMatchObject({ claimed: 0 });
    const [{ headers, body }] = heard as [Heard];
    const [call] = await calls();
    expect(new Webhook(await secret().read(rig.shop.id)).verify(body, headers)).toEqual({ order: '#1001' });
    expect(headers['webhook-id']).toBe(call?.id);
    expect(call).toMatchObject({ state: 'sent', status: 200, attempts: 1 });
  });

  it('is signed with the old secret as well for a day after a rotation', async () => {
    const old = await secret().read(rig.shop.id);
    const { secret: fresh } = await secret().rotate(rig.shop.id);
    await plan();
    await deliverer().run();
    const [{ headers, body }] = heard as [Heard];
    for (const one of [old, fresh]) expect(new Webhook(one).verify(body, headers)).toEqual({ order: '#1001' });
    const [row] = await rig.query<{ secrets: string }>('select secrets from app.webhook_secret');
    expect(row?.secrets).not.toContain(fresh);
  });

  it('that fails is made again later and succeeds once', async () => {
    await plan();
    answer = (_request, response) => response.writeHead(heard.length === 1 ? 500 : 200).end();
    expect(await deliverer().run()).toMatchObject({ retried: 1, sent: 0 });
    const [waiting] = await calls();
    expect(waiting).toMatchObject({ state: 'queued', reason: '500', attempts: 1, status: 500 });
    expect(waiting?.not_before.getTime()).toBeGreaterThan(Date.parse(NOW) + 3_000);
    expect(await deliverer().run()).toMatchObject({ claimed: 0 });
    await rig.setNow('2026-03-10T12:00:10.000Z');
    expect(await deliverer().run()).toMatchObject({ sent: 1 });
    expect(await deliverer().run()).toMatchObject({ claimed: 0 });
    expect(new Set(heard.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(heard).toHaveLength(2);
  });

  it.each<[string, RequestListener, string]>([
    ['is redirected', (_request, response) => response.writeHead(307, { location: '/else' }).end(), '307'],
    ['is not answered in time', () => undefined, 'timeout'],
  ])('that %s is tried again', async (_title, listener, reason) => {
    await plan();
    answer = listener;
    expect(await deliverer().run()).toMatchObject({ retried: 1 });
    expect(await calls()).toMatchObject([{ state: 'queued', reason }]);
    expect(heard).toHaveLength(1);
  });

  it('is over for good when the receiver is gone', async () => {
    await plan();
    answer = (_request, response) => response.writeHead(410).end();
    expect(await deliverer().run()).toMatchObject({ failed: 1 });
    expect([await calls(), await letters()]).toMatchObject([[{ state: 'failed', reason: '410' }], []]);
  });

  it('is never made to what is not public: nothing connects, and a person is told', async () => {
    await plan();
    expect(await deliverer(new HttpsCallSender({ allowLoopback: false })).run()).toMatchObject({ failed: 1 });
    expect([heard, await calls(), await letters()]).toMatchObject([
      [],
      [{ state: 'failed', reason: 'address' }],
      [{ kind: 'call', code: 'delivery.permanent' }],
    ]);
  });

  it('becomes a dead letter after its last try, and can be taken up again', async () => {
    await plan();
    answer = (_request, response) => response.writeHead(503).end();
    await rig.query('update app.webhook_call set attempts = 9');
    expect(await deliverer().run()).toMatchObject({ failed: 1 });
    const [letter] = await letters();
    expect(letter).toMatchObject({ kind: 'call', code: 'delivery.transient' });
    answer = (_request, response) => response.end();
    const settle = new SettleDeadLetters(rig.unitOfWork, new PgDeadLetters(), rig.hints);
    await settle.retry(rig.shop.id, letter?.id ?? '', 'receiver is back');
    expect(rig.hints.given).toContain('delivery-webhook');
    expect(await deliverer().run()).toMatchObject({ sent: 1 });
  });

  it('that a dead process left is made again, and that process can no longer say what came of it', async () => {
    await plan();
    const [claim] = await rig.unitOfWork.acrossShops((tx) => store.claim(tx, 10, [], 1));
    if (!claim) throw new Error('no claim');
    expect(await deliverer().run()).toMatchObject({ claimed: 0 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await rig.query('select app.reap_calls() as n')).toEqual([{ n: '1' }]);
    expect(await deliverer().run()).toMatchObject({ sent: 1 });
    const late = { claim, state: 'failed', reason: 'late', delayMs: 0, isUncounted: false, isHeld: false } as const;
    const record = { ...late, status: null, answer: null, deadLetter: null };
    await rig.unitOfWork.inShop(rig.shop.id, (tx) => store.record(tx, record));
    expect(await calls()).toMatchObject([{ state: 'sent', attempts: 2 }]);
  });

  it('is made by one of several workers at once', async () => {
    await plan();
    const reports = await Promise.all([deliverer().run(), deliverer().run(), deliverer().run()]);
    expect(reports.reduce((sum, { sent }) => sum + sent, 0)).toBe(1);
    expect(heard).toHaveLength(1);
  });

  it('of one shop waits for no receiver of another, however many of those hang', async () => {
    await plan(`${here()}/hangs`);
    await copyCalls(rig.shop.id, 199, `${here()}/hangs`);
    const hanging: (() => void)[] = [];
    const quick = new Promise<void>((resolve) => {
      answer = (request, response) => {
        if (request.url?.endsWith('/hangs')) hanging.push(() => response.end());
        else response.end('thanks', resolve);
      };
    });
    const running = deliverer(new HttpsCallSender({ allowLoopback: true, timeoutMs: 60_000 })).run();
    while (hanging.length < 32) await new Promise((resolve) => setTimeout(resolve, 10));
    const other = randomUUID();
    const [own] = await rig.query<{ id: string }>('select id from app.journey');
    await rig.unitOfWork.inShop(other, async (tx) => {
      const shop = `insert into app.shop (id, name, time_zone, currency, locale) values ($1, 'Other', 'UTC', 'EUR', 'en')`;
      await pg(tx).run(shop, [other]);
      const journey = `insert into app.journey (shop_id, id, key, title, state) values ($1, $2, 'calls', 'Calls', 'live')`;
      await pg(tx).run(journey, [other, own?.id]);
    });
    await copyCalls(other, 1, `${here()}/answers`);
    await quick;
    expect(hanging).toHaveLength(32);
    answer = (_request, response) => response.end();
    for (const end of hanging) end();
    expect(await running).toMatchObject({ sent: 201, failed: 0, retried: 0 });
  }, 60_000);

  it('waits while its journey is paused and is dropped when it is archived', async () => {
    await plan();
    await rig.states.pause(rig.shop.id, 'calls');
    expect(await deliverer().run()).toMatchObject({ claimed: 0 });
    await rig.states.resume(rig.shop.id, 'calls');
    const [call] = await calls();
    expect(call).toMatchObject({ held: false });
    await rig.states.archive(rig.shop.id, 'calls');
    expect(await deliverer().run()).toMatchObject({ sent: 0 });
    expect(await calls()).toMatchObject([{ state: 'suppressed', reason: 'archived' }]);
    expect(heard).toEqual([]);
  });

  it('is on the agenda of the virtual clock until it is made', async () => {
    await plan();
    expect(await rig.query('select * from app.call_agenda()')).toEqual([{ calls: true, next_call: null }]);
    answer = (_request, response) => response.writeHead(500).end();
    await deliverer().run();
    const [call] = await calls();
    expect(await rig.query('select * from app.call_agenda()')).toEqual([{ calls: false, next_call: call?.not_before }]);
  });
});
