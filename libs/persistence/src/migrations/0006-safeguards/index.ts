import type { MigrationInterface, QueryRunner } from 'typeorm';
import { securitySql } from '../0002-journeys-in-full/security.sql.js';
import { callsSql } from './calls.sql.js';
import { idempotencySql } from './idempotency.sql.js';
import { installationKeysSql } from './installation-keys.sql.js';
import { promptClaimsSql } from './prompt-claims.sql.js';
import { shopIdsSql } from './shop-ids.sql.js';
import { sendingDaysSql } from './sending-days.sql.js';
import { upkeepSql } from './upkeep.sql.js';

/** compatible */
export class Safeguards1797206400000 implements MigrationInterface {
  readonly name = 'Safeguards1797206400000';

  async up(runner: QueryRunner): Promise<void> {
    const parts = [
      callsSql,
      idempotencySql,
      promptClaimsSql,
      installationKeysSql,
      sendingDaysSql,
      shopIdsSql,
      upkeepSql,
    ];
    for (const sql of parts) await runner.query(sql);
    await runner.query(securitySql);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only. Restore a backup taken before the upgrade instead.');
  }
}
