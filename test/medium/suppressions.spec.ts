import { DeliverMessages, FireDueTimers, ProcessInbox } from '#app/application';
import { jest } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { NO_CONTACT_RULES } from '../support/contact-rules.js';
import { SmtpSink } from '../support/smtp-sink.js';
import { aJourney, send } from './a-journey.js';
import { type Answer, ApiRig, type Problem } from './api-rig.js';

jest.setTimeout(120_000);

const IMPORT = '/api/v1/suppressions/import';
const TEMPLATES = { hello: { en: { subject: 'Hello', mjml: '<mjml><mj-body></mj-body></mjml>' } } };

interface Report {
  readonly lines: number;
  readonly added: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly faults: readonly { readonly line: number; readonly field: string }[];
  readonly omitted: number;
}
interface Item {
  readonly id: string;
  readonly channel: string;
  readonly reason: string;
  readonly scope: string;
  readonly since: string;
  readonly until: string | null;
}

let rig: ApiRig;
let sink: SmtpSink;
let n = 0;
beforeAll(async () => {
  sink = await SmtpSink.start();
  rig = await ApiRig.start('suppressions', { SMTP_URL: sink.url, MAIL_FROM: 'hello@shop.example' });
  await rig.owner.query('update app.shop set contact_rules = $1', [NO_CONTACT_RULES]);
  for (const [key, messageClass, type] of [
    ['service', 'service', 'order.placed'],
    ['news', 'marketing', 'order.fulfilled'],
  ] as const) {
    const steps = [send('say', { template: 'hello', channels: ['email'] })];
    const trigger = { event: type };
    const document = aJourney({ key, class: messageClass, holdOut: 'none', trigger, steps, templates: TEMPLATES });
    const saved = await rig.post('/api/v1/journeys', document);
    const published = await rig.post(`/api/v1/journeys/${key}/publish`);
    if (saved.status >= 300 || published.status >= 300) throw new Error(saved.text + published.text);
  }
});
afterAll(async () => {
  await rig.stop();
  await sink.stop();
});
beforeEach(() => rig.owner.query('truncate app.suppression, app.soft_bounce'));

const csv = (body: string): Promise<Answer<Report>> =>
  rig.post<Report>(IMPORT, body, { type: 'text/csv; charset=utf-8' });
const list = async (query = ''): Promise<readonly Item[]> =>
  (await rig.get<{ items: Item[] }>(`/api/v1/suppressions${query}`)).body.items;
const lift = (id: string, reason = 'by-mistake') => rig.post<Problem>(`/api/v1/suppressions/${id}/lift`, { reason });
const tell = async (type: string, email: string, data: object = {}, at = new Date().toISOString()): Promise<void> => {
  n += 1;
  const order = type.startsWith('order.') ? { order: { externalId: `o-${email}` } } : {};
  const event = { id: `e-${n}`, type, occurredAt: at, customer: { externalId: email, email }, data, ...order };
  const { status, text } = await rig.post('/api/v1/events', event);
  if (status >= 300) throw new Error(text);
};
const work = async (): Promise<void> => {
  for (let claimed = 1; claimed > 0;) ({ claimed } = await rig.app.get(ProcessInbox).run());
  await rig.app.get(FireDueTimers).run();
  await rig.app.get(DeliverMessages).run('email');
};
const states = async (email: string): Promise<string[]> =>
  (
    await rig.owner.query<{ class: string; state: string }>(
      `select m.class, m.state from app.message m join app.customer c on c.id = m.customer_id
       where c.facts->'externalIds'->>0 = $1 order by m.class`,
      [email],
    )
  ).rows.map((row) => `${row.class} ${row.state}`);
const optIn = { channel: 'email', state: 'opted_in', level: 'single' };

describe('a list that is brought along', () => {
  it('is taken over line by line: bad ones are told by their number, good ones are kept', async () => {
    const { status, body } = await csv(
      '\uFEFFEmail;Reason;Date;Name\r\nAda@Example.com;unsubscribe;2025-01-31;Ada\r\n\r\nnobody;;;\r\n"b@example.com";spam;;"B; B"\r\nc@example.com;because;;\r\nd@example.com;;31.01.2025;',
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ lines: 5, added: 2, unchanged: 0, refused: 3, omitted: 0 });
    expect(body.faults).toMatchObject([
      { line: 4, field: 'address' },
      { line: 6, field: 'reason' },
      { line: 7, field: 'date' },
    ]);
    expect(await list('?address=ada@EXAMPLE.com')).toMatchObject([
      {
        channel: 'email',
        reason: 'unsubscribed',
        scope: 'non_service',
        since: '2025-01-31T00:00:00.000Z',
        until: null,
      },
    ]);
    expect(await list('?reason=complained')).toMatchObject([{ channel: 'email', scope: 'all' }]);
  });

  it('changes nothing when it comes again, and takes JSON as well', async () => {
    const unsubscribed = { address: 'a@example.com', reason: 'unsubscribed' };
    const items = [{ address: '+49 1511 2345678', reason: 'manual' }, unsubscribed, { address: '-' }];
    expect((await rig.post<Report>(IMPORT, items)).body).toMatchObject({ lines: 3, added: 2, refused: 1 });
    expect((await rig.post<Report>(IMPORT, items)).body).toMatchObject({ added: 0, unchanged: 2, refused: 1 });
    expect(await list('?channel=sms')).toHaveLength(1);
  });

  it('ends where a quote leaves no telling, and keeps what came before', async () => {
    const people = Array.from({ length: 3_000 }, (_, i) => `p${i}@example.com\n`).join('');
    const { body } = await csv(`address\n${people}"b@example.com\n${people}`);
    expect(body).toMatchObject({ lines: 3_001, added: 3_000, refused: 1, faults: [{ line: 3_002, field: 'line' }] });
    const closed = await csv('address,reason\n"a@example.com,spam\nb@example.com,"spam"\nc@example.com,spam');
    expect(closed.body).toMatchObject({ lines: 2, added: 1, refused: 1, faults: [{ line: 2, field: 'address' }] });
  });

  it.each([
    ['without a column of addresses', 'name,reason\nAda,spam', 422],
    ['of more lines than one call may bring', `address\n${'a@b.example\n'.repeat(100_001)}`, 413],
    ['of too many bytes', `address\n${'x'.repeat(17 * 1_048_576)}`, 413],
  ])('%s is refused', async (_title, body, status) => {
    const answer = await rig.post<Problem>(IMPORT, body, { type: 'text/csv' });
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringMatching(/\S/)]);
    expect(await list()).toEqual([]);
  });

  it('gets its refusal over a real connection, though nobody reads it to its end', async () => {
    await rig.app.listen(0, '127.0.0.1');
    const answer = await fetch(`${await rig.app.getUrl()}${IMPORT}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${rig.key}`, 'content-type': 'text/csv' },
      body: `name\n${'x\n'.repeat(4_000_000)}`,
    });
    expect([answer.status, ((await answer.json()) as Problem).code]).toEqual([422, 'validation']);
  });

  it.each([
    ['a field that no line has', [{ address: 'a@example.com', name: 'A' }], 422],
    ['nothing', [], 422],
    ['no list', {}, 422],
  ])('of JSON with %s is refused', async (_title, body, status) => {
    expect((await rig.post(IMPORT, body)).status).toBe(status);
  });

  it('of 100,000 lines is kept whole', async () => {
    const lines = Array.from({ length: 100_000 }, (_, i) => `person-${i}@example.com,email,bounced,2025-06-01`);
    const { body } = await csv(`address,channel,reason,date\n${lines.join('\n')}`);
    expect(body).toMatchObject({ lines: 100_000, added: 100_000, refused: 0 });
    const { rows } = await rig.owner.query('select count(*)::int as n from app.suppression');
    expect(rows).toEqual([{ n: 100_000 }]);
  }, 300_000);

  it('holds for people who are yet to come, and for what they had said before', async () => {
    await csv('address,reason,date\nlater@example.com,unsubscribed,2026-01-31\ngone@example.com,bounced,');
    await tell('consent.changed', 'later@example.com', optIn, '2025-06-01T00:00:00Z');
    await tell('consent.changed', 'gone@example.com', optIn);
    for (const email of ['later@example.com', 'gone@example.com']) {
      await tell('order.placed', email);
      await tell('order.fulfilled', email);
    }
    await work();
    expect(await states('later@example.com')).toEqual(['marketing suppressed', 'service sent']);
    expect(await states('gone@example.com')).toEqual(['marketing suppressed', 'service suppressed']);
    await tell('consent.changed', 'later@example.com', optIn, '2026-02-01T00:00:00Z');
    await work();
    expect(await list('?address=later@example.com')).toEqual([]);
  });

  it.each([
    ['newer@example.com', 'unsubscribed,2025-01-31', 'unsubscribed,2026-01-31'],
    ['no-day@example.com', 'unsubscribed,2025-01-31', 'unsubscribed,'],
    ['graver@example.com', 'bounced,2025-01-31', 'unsubscribed,2026-01-31'],
  ])('that names %s twice holds by the last time that they withdrew', async (email, one, other) => {
    await csv(`address,reason,date\n${email},${one}\n${email},${other}`);
    await tell('consent.changed', email, optIn, '2025-06-01T00:00:00Z').then(work);
    if (one.startsWith('bounced')) await lift((await list(`?address=${email}`))[0]?.id ?? '');
    expect(await list(`?address=${email}`)).toMatchObject([{ scope: 'non_service' }]);
  });

  it('is noted in the audit log with its figures, without an address', async () => {
    await csv('address\nada@example.com');
    const { body } = await rig.get<{ items: { action: string; subject: string; changes: unknown }[] }>(
      '/api/v1/audit?limit=1',
    );
    expect(body.items).toMatchObject([
      { action: 'import', subject: 'suppressions', changes: { lines: 1, added: 1, unchanged: 0, refused: 0 } },
    ]);
    expect(JSON.stringify(body)).not.toContain('ada@');
  });
});

describe('the list', () => {
  it('is read in pages, newest first', async () => {
    const days = ['01', '02', '03', '04', '05'];
    await csv(`address,channel,date\n${days.map((day) => `+49151100000${day},whatsapp,2026-01-${day}`).join('\n')}`);
    const seen: string[] = [];
    for (let next: string | null | undefined; next !== null;) {
      const query: string = next === undefined ? '?limit=2' : `?limit=2&cursor=${next}`;
      const { body }: Answer<{ items: Item[]; next: string | null }> = await rig.get(`/api/v1/suppressions${query}`);
      seen.push(...body.items.map(({ since }) => since.slice(8, 10)));
      ({ next } = body);
    }
    expect(seen).toEqual(days.toReversed());
    expect((await rig.get('/api/v1/suppressions?cursor=abc')).status).toBe(422);
  });

  it('is exported with the addresses of known people, without formulas, and can be brought back', async () => {
    await tell('order.placed', 'known@example.com');
    await tell('order.placed', '=cmd@example.com');
    await work();
    await csv('address,reason\nknown@example.com,bounced\n=cmd@example.com,spam\nstranger@example.com,unsubscribed');
    const { status, text, headers } = await rig.get('/api/v1/suppressions/export');
    expect([status, headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
    const rows = parse<Record<string, string>>(text, { columns: true });
    expect(rows.map(({ address, reason, note }) => [address, reason, note !== ''])).toEqual([
      ["'=cmd@example.com", 'complained', false],
      ['known@example.com', 'bounced', false],
      ['', 'unsubscribed', true],
    ]);
    expect(rows[2]?.['hash']).toMatch(/^[0-9a-f]{64}$/);
    expect((await csv(text)).body).toMatchObject({ lines: 3, unchanged: 2, refused: 1 });
    const audit = await rig.get<{ items: { action: string }[] }>('/api/v1/audit?limit=2');
    expect(audit.body.items.map(({ action }) => action)).toContain('export');
  });

  it('is lifted where it is the shop’s own decision, with a reason that is kept', async () => {
    await csv('address,reason\na@example.com,bounced\nb@example.com,complained\nc@example.com,unsubscribed');
    await csv('address,channel,reason\n+4915112345678,whatsapp,bounced');
    const idOf = async (address: string) => (await list(`?address=${address}`))[0]?.id ?? '';
    const lifted = [await lift(await idOf('a@example.com')), await lift(await idOf('%2B4915112345678'))];
    expect(lifted.map(({ status }) => status)).toEqual([200, 200]);
    for (const address of ['b@example.com', 'c@example.com']) {
      const { status, body } = await lift(await idOf(address));
      expect([status, body.detail]).toEqual([409, expect.stringMatching(/\S/)]);
    }
    expect(await list()).toHaveLength(2);
    expect((await lift(`email-${'0'.repeat(64)}`)).status).toBe(404);
    const audit = await rig.get<{ items: object[] }>('/api/v1/audit?limit=1');
    expect(audit.body.items).toMatchObject([{ action: 'lift', changes: { reason: 'by-mistake', was: 'bounced' } }]);
  });

  it('remembers that somebody has withdrawn, whatever else stands against the address', async () => {
    const of = async () => (await list('?address=a@example.com')).map(({ reason, scope }) => `${reason} ${scope}`);
    await csv('address,reason\na@example.com,unsubscribed');
    await csv('address,reason\na@example.com,bounced');
    expect(await of()).toEqual(['bounced all']);
    await lift((await list('?address=a@example.com'))[0]?.id ?? '');
    expect(await of()).toEqual(['unsubscribed non_service']);
    await csv('address,reason\nb@example.com,unsubscribed\nb@example.com,bounced');
    await lift((await list('?address=b@example.com'))[0]?.id ?? '');
    expect(await list('?address=b@example.com')).toMatchObject([{ reason: 'unsubscribed' }]);
    await csv('address,reason\na@example.com,bounced\n');
    await csv('address,reason\na@example.com,complained\n');
    expect(await of()).toEqual(['complained all']);
  });

  it('remembers so of one that a worker of the version before noted, which knows no such column', async () => {
    await csv('address,reason\nold@example.com,unsubscribed');
    await rig.owner.query('update app.suppression set withdrawn = false, said_at = null');
    await csv('address,reason\nold@example.com,bounced');
    await lift((await list())[0]?.id ?? '');
    expect(await list()).toMatchObject([{ reason: 'unsubscribed', scope: 'non_service' }]);
  });
});

describe('an address that mails come back from', () => {
  const bounce = async (email: string, code: string, at: string): Promise<void> => {
    const { rows } = await rig.owner.query<{ id: string }>(
      `select m.id from app.message m join app.customer c on c.id = m.customer_id where c.email = $1 and m.state = 'sent' limit 1`,
      [email],
    );
    const data = { channel: 'email', kind: 'soft', code, messageId: rows[0]?.id };
    await tell('message.bounced', email, data, at);
  };

  it('is left alone from the fifth time within a month on, for 90 days or until it lives', async () => {
    const email = 'full@example.com';
    await tell('order.placed', email);
    await work();
    const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString();
    for (const ago of [20, 15, 10, 5]) await bounce(email, '4.2.2', day(ago));
    await bounce(email, '5.7.1', day(2));
    await work();
    expect(await list()).toEqual([]);
    await bounce(email, '5.2.2', day(1));
    await work();
    const [held] = await list('?reason=soft-bounce');
    expect(held).toMatchObject({ channel: 'email', scope: 'all', reason: 'soft-bounce' });
    expect(Date.parse(held?.until ?? '') - Date.parse(held?.since ?? '')).toBe(90 * 86_400_000);
    await tell('order.fulfilled', email);
    await tell('consent.changed', email, optIn);
    await work();
    expect((await states(email))[0]).toBe('marketing suppressed');
    await lift(held?.id ?? '', 'works-again');
    expect(await list()).toEqual([]);
  });

  it('counts as well when the mail server says so each time', async () => {
    const email = 'small@example.com';
    sink.hooks.onRcpt = () => '452 4.2.2 mailbox full';
    await tell('order.placed', email);
    await work();
    await rig.owner.query(`update app.message set attempts = 7, not_before = due_at where state = 'queued'`);
    await work();
    sink.hooks.onRcpt = undefined;
    expect(await states(email)).toEqual(['service failed']);
    await work();
    const { rows } = await rig.owner.query('select cardinality(bounced_at) as n, held_at from app.soft_bounce');
    expect(rows).toEqual([{ n: 1, held_at: null }]);
    const timeline = await rig.owner.query(
      `select e.body->'data'->>'code' as code from app.event e join app.customer c on c.id = e.customer_id
       where e.type = 'message.bounced' and c.email = $1`,
      [email],
    );
    expect(timeline.rows).toEqual([{ code: '4.2.2' }]);
  });
});
