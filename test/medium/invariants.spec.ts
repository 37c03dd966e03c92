import { DeliverMessages, FireDueTimers, ProcessInbox, VirtualClockPort } from '#app/application';
import type { Medium } from '#app/domain';
import { expectInvariants } from '../support/invariants.js';
import { tidyUp } from '../support/processes.js';
import { aJourney, step, wait } from './a-journey.js';
import { ApiRig } from './api-rig.js';

const START = Date.parse('2026-03-10T12:00:00.000Z');
const at = (minutes: number): string => new Date(START + minutes * 60_000).toISOString();
const PERSON = { email: 'ada@mail.example' };
const ASK = aJourney({
  key: 'ask',
  class: 'feedback',
  exitOn: [{ event: 'order.cancelled' }, { event: 'order.refunded' }, { event: 'return.requested' }],
  steps: [
    wait('rest', 'PT30M'),
    step('ask', 'ask', {
      survey: { key: 'csat', metric: 'csat', question: { en: 'How was it?' } },
      template: 'hello',
      channels: ['email'],
    }),
  ],
  templates: {
    hello: {
      en: {
        subject: 'Hello',
        mjml: '<mjml><mj-body><mj-section><mj-column><mj-text>{{ links.survey }} {{ links.unsubscribe }}</mj-text></mj-column></mj-section></mj-body></mjml>',
      },
    },
  },
});

/** A fault made by hand, and what is said of it. */
const FAULTS: [fault: string, sql: string, says: RegExp][] = [
  [
    'an event that was answered and is gone',
    `delete from app.inbox_event where id in (select inbox_id from app.event where type = 'order.placed')`,
    /was answered, yet it is not stored/,
  ],
  [
    'an event of which nothing came',
    `delete from app.event where type = 'order.placed'`,
    /is done and nothing came of it/,
  ],
  [
    'an event that nobody works on any more',
    `update app.inbox_event set state = 'claimed', lease_until = clock_timestamp() - interval '1 hour'`,
    /is claimed since/,
  ],
  [
    'work given up without a letter',
    `update app.inbox_event set state = 'dead'`,
    /inbox .* was given up without a letter/,
  ],
  [
    'a key noted twice',
    `alter table app.inbox_dedupe drop constraint inbox_dedupe_pkey;
     insert into app.inbox_dedupe select * from app.inbox_dedupe limit 1`,
    /is noted 2 times/,
  ],
  [
    'a second run for one entry',
    `drop index app.journey_run_entry;
     insert into app.journey_run (shop_id, id, journey_id, version_id, customer_id, entry_key, entry_number, status, state, run_month, started_at)
     select shop_id, gen_random_uuid(), journey_id, version_id, customer_id, entry_key, entry_number, status, state, run_month, started_at
     from app.journey_run limit 1`,
    /was entered 2 times/,
  ],
  [
    'a second message of one cause',
    `drop index app.message_key;
     insert into app.message (shop_id, id, message_key, journey_id, version_id, run_id, step, visit, customer_id, medium, class, template, context, state, due_at, not_before)
     select shop_id, gen_random_uuid(), message_key, journey_id, version_id, run_id, step, visit, customer_id, medium, class, template, context, 'queued', due_at, not_before
     from app.message limit 1`,
    /2 messages have the key/,
  ],
  ['a hand-over that nobody noted', `delete from app.delivery_attempt`, /is sent, yet no attempt of it succeeded/],
  [
    'an outcome that was forgotten',
    `update app.message set state = 'queued'`,
    /was taken by its provider, yet it is queued/,
  ],
  [
    'a message before its time',
    `update app.message set due_at = handed_at + interval '1 minute', expires_at = null`,
    /was handed over at .*, due at/,
  ],
  ['a message after its end', `update app.message set expires_at = handed_at`, /of use until/],
  [
    'a hand-over that was left lying',
    `update app.message set state = 'handing', lease_until = clock_timestamp() - interval '1 hour'`,
    /message .* is handing since/,
  ],
  [
    'a run that woke too early',
    `insert into app.run_journal (shop_id, run_month, run_id, seq, kind, step, at, data)
     select shop_id, run_month, id, 9, 'woke', step, app.now(), jsonb_build_object('dueAt', app.now() + interval '1 hour') from app.journey_run`,
    /woke for .*, which is yet to come/,
  ],
  [
    'a message that was made before its wait was over',
    `update app.run_journal set data = data || jsonb_build_object('dueAt', app.now() + interval '0.5 hours') where kind = 'woke';
     update app.virtual_clock set instant = instant + interval '1 hour'`,
    /woke at .* for/,
  ],
  [
    'a message to somebody who has unsubscribed',
    `update app.message set handed_at = app.now() + interval '1 minute', expires_at = null`,
    /\(feedback\) was handed over at .* after an opt-out taken in at/,
  ],
  [
    'a message to somebody who never agreed',
    `update app.message set class = 'marketing', handed_at = due_at`,
    /to somebody who never agreed to it/,
  ],
  [
    'a message to somebody who is erased',
    `update app.customer set facts = facts || jsonb_build_object('erasedAt', app.now());
     update app.message set handed_at = app.now() + interval '1 minute', expires_at = null`,
    /to somebody erased at/,
  ],
  ['a score that left the answer out', `update app.survey_answer set superseded = true`, /answer .* to .* is left out/],
  ['a lost answer', `delete from app.survey_answer`, /the answer of event .* is missing/],
  ['an answer that nobody gave', `update app.survey_answer set inbox_id = gen_random_uuid()`, /was given by no event/],
  [
    'NC10: rows of others, where a table is not guarded',
    `alter table app.survey_answer disable row level security`,
    /sees 2 rows of others in app.survey_answer/,
  ],
];

/** One person's order, question, answer and opt-out, as the API and the workers make it. */
describe('the invariants of what comes in and goes out', () => {
  let rig: ApiRig;
  beforeAll(async () => {
    rig = await ApiRig.start('invariants-in-out');
    await rig.app.get(VirtualClockPort).set(START);
    await rig.post('/api/v1/journeys', ASK);
    await rig.post('/api/v1/journeys/ask/publish');
    await tell('order.placed', at(0), { total: { amount: '19.90', currency: 'EUR' } });
    await pass(60);
    await tell('survey.answered', at(60), { survey: 'csat', score: 4 });
    await tell('survey.answered', at(61), { survey: 'csat', score: 2 });
    await tell('consent.changed', at(60), { channel: 'email', state: 'opted_out' });
  });
  afterAll(() => tidyUp(() => rig?.stop()));

  const tell = async (type: string, occurredAt: string, data: object): Promise<void> => {
    const order = type === 'order.placed' ? { order: { externalId: 'o-1' } } : {};
    const event = { id: `${type} ${occurredAt}`, type, occurredAt, customer: PERSON, ...order, data };
    expect((await rig.post('/api/v1/events', event)).status).toBe(202);
    for (let claimed = 1; claimed > 0;) ({ claimed } = await rig.app.get(ProcessInbox).run());
  };
  const pass = async (minutes: number): Promise<void> => {
    await rig.app.get(VirtualClockPort).set(START + minutes * 60_000);
    await rig.app.get(FireDueTimers).run();
    for (const medium of ['email', 'sms'] satisfies Medium[]) await rig.app.get(DeliverMessages).run(medium);
  };

  it('hold where nothing is wrong', async () => {
    const { rows } = await rig.owner.query(
      `select (select count(*)::int from app.message where state = 'sent') as sent, (select count(*)::int from app.survey_answer) as answers`,
    );
    expect(rows).toEqual([{ sent: 1, answers: 2 }]);
    await expectInvariants(rig.owner);
  });

  it.each(FAULTS)('notice %s', async (_title, sql, says) => {
    await rig.owner.query('begin');
    try {
      await rig.owner.query(sql);
      await expect(expectInvariants(rig.owner)).rejects.toThrow(says);
    } finally {
      await rig.owner.query('rollback');
    }
  });
});
