import type { MigrationInterface, QueryRunner } from 'typeorm';
import { securitySql } from '../0002-journeys-in-full/security.sql.js';
import { askersSql } from './askers.sql.js';
import { budgetsSql } from './budgets.sql.js';
import { mediaSql } from './media.sql.js';
import { snippetsSql } from './snippets.sql.js';
import { softBouncesSql } from './soft-bounces.sql.js';

/** compatible */
export class Reach1797897600000 implements MigrationInterface {
  readonly name = 'Reach1797897600000';

  async up(runner: QueryRunner): Promise<void> {
    const parts = [budgetsSql, mediaSql, snippetsSql, askersSql, softBouncesSql];
    for (const sql of parts) await runner.query(sql);
    await runner.query(securitySql);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only. Restore a backup taken before the upgrade instead.');
  }
}
