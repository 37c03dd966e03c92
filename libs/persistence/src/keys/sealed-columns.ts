import { installationKeyContext } from './installation-keys.js';

/** A column whose texts are sealed by SECRET_KEY. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** What names a row. */
  readonly key: readonly string[];
  /** What the text is bound to, by the values of the key. */
  readonly context: (key: readonly string[]) => string;
}

/** All there are, the keys of the installation last: when they are sealed by the present key, so is everything before them. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'source', column: 'secrets', key: ['shop_id', 'id'], context: ([, id]) => `source|${id}` },
  {
    table: 'webhook_secret',
    column: 'secrets',
    key: ['shop_id'],
    context: ([shop]) => `source|webhook-calls|${shop}`,
  },
  {
    table: 'provider_account',
    column: 'settings',
    key: ['shop_id', 'id'],
    context: ([, id]) => `provider-account|${id}`,
  },
  { table: 'mail_domain', column: 'private_key', key: ['shop_id', 'id'], context: ([, id]) => `mail-domain|${id}` },
  { table: 'privacy_request', column: 'names', key: ['shop_id', 'id'], context: ([, id]) => `erasure|${id}` },
  {
    table: 'idempotency_key',
    column: 'answer',
    key: ['shop_id', 'key', 'caller'],
    context: ([, key, caller]) => `answer|${caller}|${key}`,
  },
  {
    table: 'installation_key',
    column: 'sealed',
    key: ['name'],
    context: ([name]) => installationKeyContext(name ?? ''),
  },
];
