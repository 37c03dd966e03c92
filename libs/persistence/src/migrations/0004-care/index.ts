import type { MigrationInterface, QueryRunner } from 'typeorm';
import { securitySql } from '../0002-journeys-in-full/security.sql.js';
import { accessSql } from './access.sql.js';
import { auditSql } from './audit.sql.js';
import { privacySql } from './privacy.sql.js';
import { retentionSql } from './retention.sql.js';
import { runPathsSql } from './run-paths.sql.js';

/** Tables that only grow, and the one that grows by its own functions alone. */
const APPEND_ONLY = 'revoke insert, update, delete on app.audit_entry from afterglow_app';

/** compatible */
export class Care1796515200000 implements MigrationInterface {
  readonly name = 'Care1796515200000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [accessSql, auditSql, privacySql, retentionSql, runPathsSql]) await runner.query(sql);
    await runner.query(securitySql);
    await runner.query(APPEND_ONLY);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only. Restore a backup taken before the upgrade instead.');
  }
}
