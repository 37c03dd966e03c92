import type { PersonalTable } from './personal-table.js';

/** Events `t` of a person. */
export const EVENTS_OF_PERSON = `t.customer_id = any($1::uuid[]) or (t.customer_id is null and t.order_external_id = any($2::text[]))`;
const MESSAGES = 'select m.id from app.message m where m.customer_id = any($1::uuid[])';
/** Answers that name no person belong to whom the message went to. */
const ANSWERS = `t.customer_id = any($1::uuid[]) or t.message_id in (${MESSAGES})`;

/** Ids of the bodies that told of a person. */
export const BODIES_OF_PERSON = `
  select t.inbox_id from app.event t where ${EVENTS_OF_PERSON}
  union select t.inbox_id from app.survey_answer t where ${ANSWERS}`;

const DEAD_LETTERS = `t.ref_id in (${BODIES_OF_PERSON}
  union ${MESSAGES}
  union select t.id from app.journey_run t where t.customer_id = any($1::uuid[])
  union select t.id from app.webhook_call t where t.customer_id = any($1::uuid[])
  union select t.id from app.journey_date t where t.customer_id = any($1::uuid[]))`;

/** What senders told, what was sent, what came back. */
export const TRAFFIC_TABLES: readonly PersonalTable[] = [
  {
    table: 'dead_letter',
    holds: 'The words of an error, which may quote what it failed on',
    why: 'somebody has to settle it',
    kept: 'until the person is erased',
    rows: DEAD_LETTERS,
    erasure: { rows: 'deleted' },
  },
  {
    table: 'inbox_dedupe',
    holds: "Ids of the sender's making",
    why: 'to recognise what is sent again',
    kept: 'DEDUPE_WINDOW_DAYS',
    // the bodies say the same, and only they lead here
    rows: 'false',
    erasure: { rows: 'deleted', by: 'bodies' },
    unexported: ['body_sha256'],
  },
  {
    table: 'inbox_event',
    holds: 'What senders posted, word for word',
    why: 'to work on it, and to take it again after a fault',
    kept: 'KEEP_BODIES_MONTHS',
    rows: `t.id in (${BODIES_OF_PERSON})`,
    erasure: { rows: 'deleted', by: 'bodies' },
    unexported: ['seq', 'attempts', 'epoch', 'lease_until'],
  },
  {
    table: 'message_content',
    holds: 'Subject and text of messages',
    why: 'to see what was written to somebody',
    kept: 'KEEP_CONTENTS_MONTHS',
    rows: `t.message_id in (${MESSAGES})`,
    erasure: { rows: 'deleted' },
  },
  {
    table: 'link_hit',
    holds: 'Which links of messages were followed, when, and by which program',
    why: "to tell people's clicks from machines', and to see what a message led to",
    kept: 'until the person is erased',
    rows: `t.message_id in (${MESSAGES})`,
    erasure: { rows: 'deleted' },
  },
  {
    table: 'message_status',
    holds: 'Whether a message arrived, as its provider says',
    why: 'to see what became of it, and what it cost',
    kept: 'until the person is erased',
    rows: `t.message_id in (${MESSAGES})`,
    erasure: { rows: 'deleted' },
    unexported: ['rank'],
  },
  {
    table: 'link_token',
    holds: 'Hashes of the links in messages',
    why: 'to know who answers',
    kept: 'until the person is erased',
    rows: 't.customer_id = any($1::uuid[])',
    erasure: { rows: 'deleted' },
    unexported: ['token_hash'],
  },
  {
    table: 'delivery_attempt',
    holds: 'The words of the provider, which may quote the address',
    why: 'to see why a message did not arrive',
    kept: 'KEEP_JOURNALS_MONTHS',
    rows: `t.message_id in (${MESSAGES})`,
    erasure: {
      rows: 'emptied',
      by: 'app.erase_attempts',
      clears: { detail: 'null' },
      stays: [
        'message_month',
        'message_id',
        'attempt',
        'account_id',
        'channel',
        'phase',
        'started_at',
        'ended_at',
        'outcome',
        'code',
      ],
    },
  },
  {
    table: 'contact_verdict',
    holds: 'What a judgement on a message rested on',
    why: 'to explain why a message waited or stayed',
    kept: 'until the person is erased',
    rows: `t.message_id in (${MESSAGES})`,
    erasure: {
      rows: 'emptied',
      by: 'app.erase_verdicts',
      clears: { facts: 'null' },
      stays: ['message_id', 'epoch', 'at', 'verdict', 'reason', 'until'],
    },
  },
  {
    table: 'webhook_call',
    holds: 'What journeys told other systems, and their answers',
    why: 'to make the call, and to see what came of it',
    kept: 'until the person is erased',
    rows: 't.customer_id = any($1::uuid[])',
    erasure: {
      rows: 'emptied',
      clears: { url: `'https://erased.invalid/'`, payload: `'{}'`, answer: 'null' },
      stays: [
        'id',
        'run_id',
        'step',
        'visit',
        'act_index',
        'journey_id',
        'customer_id',
        'order_id',
        'state',
        'reason',
        'epoch',
        'attempts',
        'lease_until',
        'held',
        'due_at',
        'not_before',
        'status',
        'sent_at',
        'created_at',
      ],
    },
    unexported: ['epoch', 'lease_until'],
  },
  {
    table: 'survey_answer',
    holds: 'Scores and words of answers',
    why: 'feedback is what journeys are for',
    kept: 'until the person is erased',
    rows: ANSWERS,
    erasure: {
      rows: 'emptied',
      clears: { instance_id: 't.id::text', title: 'null', comment: 'null' },
      stays: [
        'id',
        'survey_key',
        'metric',
        'score',
        'scale',
        'customer_id',
        'order_id',
        'message_id',
        'channel',
        'answered_at',
        'superseded',
        'inbox_id',
      ],
    },
  },
  {
    table: 'consent_record',
    holds: 'What somebody agreed to and refused, with its proof',
    why: 'the shop must be able to show it',
    kept: 'until the person is erased',
    rows: EVENTS_OF_PERSON,
    erasure: { rows: 'deleted' },
  },
  {
    table: 'event',
    holds: 'Everything that happened to a person: contact, profile, orders, words',
    why: 'the timeline, explanations, backtests',
    kept: 'KEEP_TIMELINE_MONTHS',
    rows: EVENTS_OF_PERSON,
    erasure: { rows: 'deleted' },
  },
];
