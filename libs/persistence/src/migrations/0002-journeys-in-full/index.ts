import type { MigrationInterface, QueryRunner } from 'typeorm';
import { actsSql } from './acts.sql.js';
import { callsSql } from './calls.sql.js';
import { publicationsSql } from './publications.sql.js';
import { securitySql } from './security.sql.js';
import { visitsSql } from './visits.sql.js';

/** compatible */
export class JourneysInFull1795305600000 implements MigrationInterface {
  readonly name = 'JourneysInFull1795305600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [visitsSql, actsSql, callsSql, publicationsSql]) await runner.query(sql);
    await runner.query(securitySql);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only. Restore a backup taken before the upgrade instead.');
  }
}
