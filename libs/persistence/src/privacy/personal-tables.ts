import { PEOPLE_TABLES } from './people-tables.js';
import { RUN_TABLES } from './run-tables.js';
import { TRAFFIC_TABLES } from './traffic-tables.js';

/** A table that holds something of people. Export, erasure and docs/privacy.md are made from this list. */
export interface PersonalTable {
  readonly table: string;
  /** What it holds of a person, and why. */
  readonly holds: string;
  readonly why: string;
  /** How long without an erasure. */
  readonly kept: string;
  /** Which rows `t` are a person's; $1: ids of their records, $2: the sender's ids of their orders. */
  readonly rows: string;
  readonly erasure: Erasure;
  /** Columns that an export leaves out beside `shop_id`: hashes, and what workers note for themselves. */
  readonly unexported?: readonly string[];
}

export type Erasure =
  /** The rows go. `by`: in a way of their own, see PgErasureStore. */
  | { readonly rows: 'deleted'; readonly by?: 'bodies' | 'names' }
  /**
   * The rows stay and are counted. `clears`: what each column becomes, as SQL over the row `t`; running it again changes nothing.
   * `by`: the function that may do so where the runtime role may not. `stays`: every other column.
   */
  | {
      readonly rows: 'emptied';
      readonly clears: Readonly<Record<string, string>>;
      readonly by?: string;
      readonly stays: readonly string[];
    };

/** In the order in which an erasure goes through them: what leads to other rows goes last. */
export const PERSONAL_TABLES: readonly PersonalTable[] = [...TRAFFIC_TABLES, ...RUN_TABLES, ...PEOPLE_TABLES];

/** The other tables, and why they hold nothing of a person. */
export const IMPERSONAL_TABLES: Readonly<Record<string, string>> = {
  api_key: 'keys of the shop',
  audit_entry: 'who of the shop did what; of people ids at most',
  erased_name: 'keyed hashes of what erased people were recognised by',
  journey: "the shop's own",
  journey_history: "the shop's own",
  journey_publication: "the shop's own",
  journey_version: "the shop's own",
  run_path: 'ways through a journey, without who went them',
  journey_walk: 'how far a walk has come; the id of a record at most',
  shop: 'the shop itself',
  source: 'addresses and secrets of senders',
  suppression: 'keyed hashes of addresses',
  survey: 'the questions of the shop',
  timer: 'when a run is woken',
  virtual_clock: 'the time',
  webhook_secret: 'secrets of the shop',
};
