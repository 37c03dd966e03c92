import { Injectable } from '@nestjs/common';
import { type RetentionMonths, RetentionPort } from '#app/application';
import { DataSource } from 'typeorm';

const CONTENTS_BATCH = 5_000;

const DROP = 'select app.drop_months($1, app.now() - make_interval(months => $2)) as n';

/** Ids of messages begin with the milliseconds of their making, as 12 hexadecimal digits. */
const FORGET_CONTENTS = `
select app.forget_contents((left(t.hex, 8) || '-' || right(t.hex, 4) || '-0000-0000-000000000000')::uuid, $2) as n
from (select lpad(to_hex((extract(epoch from clock_timestamp() - make_interval(months => $1)) * 1000)::bigint), 12, '0') as hex) t`;

@Injectable()
export class PgRetention extends RetentionPort {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keep: RetentionMonths,
  ) {
    super();
  }

  async dropMonths(): Promise<number> {
    const { bodiesMonths, timelineMonths, journalsMonths } = this.keep;
    const limits = {
      inbox_event: bodiesMonths,
      event: timelineMonths,
      run_journal: journalsMonths,
      delivery_attempt: journalsMonths,
    };
    let dropped = 0;
    for (const [table, months] of Object.entries(limits))
      if (months !== undefined) dropped += await this.count(DROP, table, months);
    return dropped;
  }

  async forgetContents(): Promise<number> {
    let total = 0;
    for (;;) {
      const n = await this.count(FORGET_CONTENTS, this.keep.contentsMonths, CONTENTS_BATCH);
      total += n;
      if (n < CONTENTS_BATCH) return total;
    }
  }

  private async count(sql: string, ...values: readonly unknown[]): Promise<number> {
    const rows = await this.dataSource.query<{ n: number }[]>(sql, [...values]);
    return rows[0]?.n ?? 0;
  }
}
