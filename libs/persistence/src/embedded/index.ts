export { EmbeddedPostgres } from './embedded-postgres.js';
export type { EmbeddedPostgresOptions, EmbeddedPostgresStart } from './embedded-postgres.js';
export { upgradeCluster } from './upgrade-cluster.js';
