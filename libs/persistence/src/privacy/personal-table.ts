/** A table that holds something of people. Export, erasure and docs/privacy.md are made from the list of them. */
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
