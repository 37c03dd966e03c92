import type { MigrationInterface, QueryRunner } from 'typeorm';
import { securitySql } from '../0002-journeys-in-full/security.sql.js';
import { claimsSql } from './claims.sql.js';
import { doubtSql } from './doubt.sql.js';
import { intakeTurnsSql } from './intake-turns.sql.js';
import { membersSql } from './members.sql.js';
import { providersSql } from './providers.sql.js';
import { serverLineSql } from './server-line.sql.js';

/** compatible */
export class Proofs1796601600000 implements MigrationInterface {
  readonly name = 'Proofs1796601600000';

  async up(runner: QueryRunner): Promise<void> {
    const parts = [claimsSql, intakeTurnsSql, providersSql, doubtSql, membersSql, serverLineSql];
    for (const sql of parts) await runner.query(sql);
    await runner.query(securitySql);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only. Restore a backup taken before the upgrade instead.');
  }
}
