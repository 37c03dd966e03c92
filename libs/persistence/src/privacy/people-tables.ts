import { EMPTY_CUSTOMER } from '#app/domain';
import type { PersonalTable } from './personal-table.js';

const OF_PERSON = 't.customer_id = any($1::uuid[])';
const ALWAYS = 'until the person is erased';

/** Facts of an erased person, as SQL: nothing but since when they are. */
export const erasedFacts = (erasedAt: string): string =>
  `'${JSON.stringify(EMPTY_CUSTOMER)}'::jsonb || jsonb_build_object('erasedAt', ${erasedAt})`;

/** Who somebody is, and what they bought. */
export const PEOPLE_TABLES: readonly PersonalTable[] = [
  {
    table: 'orders',
    holds: 'Orders: number, lines, parcels with their tracking, status page',
    why: 'journeys are about them',
    kept: ALWAYS,
    rows: OF_PERSON,
    erasure: {
      rows: 'emptied',
      clears: {
        external_id: `'erased-' || t.id`,
        facts: `app.anonymous_order(t.facts, 'erased-' || t.id)`,
      },
      stays: ['id', 'customer_id', 'placed_at', 'created_at', 'updated_at'],
    },
  },
  {
    table: 'customer_identity',
    holds: "E-mail addresses, phone numbers and the sender's ids of a person",
    why: 'to recognise them',
    kept: ALWAYS,
    rows: OF_PERSON,
    erasure: { rows: 'deleted', by: 'names' },
  },
  {
    table: 'customer',
    holds: 'Name, contact, language, zone, country, tags, attributes, consent with its proof',
    why: 'who a message goes to, and whether it may',
    kept: ALWAYS,
    rows: 't.id = any($1::uuid[])',
    erasure: {
      rows: 'emptied',
      clears: { facts: erasedFacts(`t.facts->'erasedAt'`), email: 'null', phone: 'null' },
      stays: ['id', 'order_count', 'created_at', 'updated_at', 'merged_into'],
    },
  },
  {
    table: 'privacy_request',
    holds: 'That somebody asked to see or erase what is known of them',
    why: 'to show that it was done',
    kept: 'always; it names nobody',
    rows: OF_PERSON,
    erasure: {
      rows: 'emptied',
      clears: {},
      stays: [
        'id',
        'kind',
        'customer_id',
        'origin',
        'reason',
        'reference',
        'state',
        'requested_at',
        'due_at',
        'done_at',
        'names',
        'counts',
        'attempts',
        'lease_until',
        'created_at',
      ],
    },
    unexported: ['names', 'counts', 'attempts', 'lease_until'],
  },
];
