import type { MigrationInterface, QueryRunner } from 'typeorm';
import { securitySql } from '../0002-journeys-in-full/security.sql.js';
import { contactSql } from './contact.sql.js';
import { entriesSql } from './entries.sql.js';
import { standstillSql } from './standstill.sql.js';

/** Tables that only grow. */
const APPEND_ONLY = 'revoke update, delete on app.contact_verdict from afterglow_app';

/** compatible */
export class ContactAndTriggers1795910400000 implements MigrationInterface {
  readonly name = 'ContactAndTriggers1795910400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [contactSql, entriesSql, standstillSql]) await runner.query(sql);
    await runner.query(securitySql);
    await runner.query(APPEND_ONLY);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only. Restore a backup taken before the upgrade instead.');
  }
}
