import type { MigrationInterface, QueryRunner } from 'typeorm';
import { clockSql } from './clock.sql.js';
import { factsSql } from './facts.sql.js';
import { inboxSql } from './inbox.sql.js';
import { journeySql } from './journey.sql.js';
import { lookupSql } from './lookup.sql.js';
import { messageSql } from './message.sql.js';
import { partitionsSql } from './partitions.sql.js';
import { securitySql } from './security.sql.js';
import { shopSql } from './shop.sql.js';

/** compatible */
export class Initial1793577600000 implements MigrationInterface {
  readonly name = 'Initial1793577600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      clockSql,
      shopSql,
      inboxSql,
      factsSql,
      journeySql,
      messageSql,
      partitionsSql,
      lookupSql,
      securitySql,
    ]) {
      await runner.query(sql);
    }
    await runner.query('select app.ensure_partitions(app.now())');
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only. Restore a backup taken before the upgrade instead.');
  }
}
