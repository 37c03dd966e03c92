import type { MigrationInterface, QueryRunner } from 'typeorm';
import { securitySql } from '../0002-journeys-in-full/security.sql.js';
import { accountsSql } from './accounts.sql.js';
import { claimsOfPoolsSql } from './claims-of-pools.sql.js';
import { consentRecordsSql, consentsSql } from './consents.sql.js';
import { intakeLanesSql } from './intake-lanes.sql.js';
import { letterheadSql } from './letterhead.sql.js';
import { linksSql } from './links.sql.js';
import { messageStatusSql } from './message-status.sql.js';
import { sendersSql } from './senders.sql.js';
import { suppressionsSql } from './suppressions.sql.js';
import { textsSql } from './texts.sql.js';

/** compatible */
export class Channels1797292800000 implements MigrationInterface {
  readonly name = 'Channels1797292800000';

  async up(runner: QueryRunner): Promise<void> {
    const parts = [
      consentRecordsSql,
      accountsSql,
      claimsOfPoolsSql,
      messageStatusSql,
      sendersSql,
      linksSql,
      intakeLanesSql,
      letterheadSql,
      suppressionsSql,
      textsSql,
      consentsSql,
    ];
    for (const sql of parts) await runner.query(sql);
    await runner.query(securitySql);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only. Restore a backup taken before the upgrade instead.');
  }
}
