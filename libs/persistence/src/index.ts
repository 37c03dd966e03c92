export { PgClock } from './clock/pg-clock.js';
export { PgHousekeeping } from './clock/pg-housekeeping.js';
export { PgVirtualClock } from './clock/pg-virtual-clock.js';
export { createDataSource } from './connection/data-source.js';
export { pg, PgTransaction, PgUnitOfWork } from './connection/pg-unit-of-work.js';
export { prepareDatabase, type PreparedDatabase } from './connection/prepare-database.js';
export { EmbeddedPostgres } from './embedded/index.js';
export { PgPartitionKeeper } from './partitions/pg-partition-keeper.js';
