import { Injectable } from '@nestjs/common';
import { PartitionKeeper } from '#app/application';
import type { Instant } from '#app/domain';
import { DataSource } from 'typeorm';
import { translateDatabaseError } from '../connection/pg-unit-of-work.js';

@Injectable()
export class PgPartitionKeeper extends PartitionKeeper {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async ensure(at: Instant): Promise<number> {
    try {
      const [row] = await this.dataSource.query<{ made: number }[]>('select app.ensure_partitions($1) as made', [
        new Date(at),
      ]);
      return row?.made ?? 0;
    } catch (error) {
      throw translateDatabaseError(error);
    }
  }
}
