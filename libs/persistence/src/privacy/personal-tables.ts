import type { PersonalTable } from './personal-table.js';
import { PEOPLE_TABLES } from './people-tables.js';
import { RUN_TABLES } from './run-tables.js';
import { TRAFFIC_TABLES } from './traffic-tables.js';

/** In the order in which an erasure goes through them: what leads to other rows goes last. */
export const PERSONAL_TABLES: readonly PersonalTable[] = [...TRAFFIC_TABLES, ...RUN_TABLES, ...PEOPLE_TABLES];

/** The other tables, and why they hold nothing of a person. */
export const IMPERSONAL_TABLES: Readonly<Record<string, string>> = {
  api_key: 'keys of the shop',
  audit_entry: 'who of the shop did what; of people ids at most',
  erased_name: 'keyed hashes of what erased people were recognised by',
  idempotency_key: 'answers to calls of programs that may be sent again, sealed; for two days',
  installation_key: 'keys of the installation, sealed',
  intake_turn: 'when bodies of the shop were last taken',
  journey: "the shop's own",
  journey_history: "the shop's own",
  journey_publication: "the shop's own",
  journey_version: "the shop's own",
  login_attempt: 'keyed hashes of who tries to sign in; for minutes',
  mail_domain: 'domains and keys of the shop',
  member: 'the team of the shop',
  member_session: 'sessions of the team',
  product_snippet: 'what the shop tells of its products',
  provider_account: 'accounts of the shop at mail servers and SMS providers',
  provider_account_use: 'how much of an account is used',
  provider_health: 'how mail server and SMS provider are',
  run_path: 'ways through a journey, without who went them',
  journey_walk: 'how far a walk has come; the id of a record at most',
  shop: 'the shop itself',
  source: 'addresses and secrets of senders',
  soft_bounce: 'keyed hashes of addresses that messages came back from',
  sending_change: 'what became known of the cost of messages, without whom they went to',
  sending_day: 'how many messages the shop has handed over in a day, and what they cost',
  server_line: 'which PostgreSQL this is',
  suppression: 'keyed hashes of addresses',
  survey: 'the questions of the shop',
  timer: 'when a run is woken',
  virtual_clock: 'the time',
  webhook_secret: 'secrets of the shop',
};
