import { Injectable } from '@nestjs/common';
import {
  type ScoreCount,
  ScoreCountsReader,
  type ScoreCountsQuery,
  type ScoreGroup,
  type Transaction,
} from '#app/application';
import { toIso } from '#app/domain';
import { pg } from '../connection/pg-unit-of-work.js';

/** $6 is the zone in which periods are cut. */
const GROUPS: Readonly<Record<ScoreGroup, string>> = {
  month: `to_char(a.answered_at at time zone $6, 'YYYY-MM')`,
  week: `to_char(a.answered_at at time zone $6, 'IYYY-"W"IW')`,
  day: `to_char(a.answered_at at time zone $6, 'YYYY-MM-DD')`,
  survey: 'a.survey_key',
  channel: `coalesce(a.channel, 'none')`,
  journey: `coalesce(j.key, 'none')`,
};

const JOURNEY_JOIN = `left join app.message m on m.shop_id = a.shop_id and m.id = a.message_id
  left join app.journey j on j.shop_id = m.shop_id and j.id = m.journey_id`;

interface CountRow {
  readonly group_key: string;
  readonly survey_key: string;
  readonly scale: ScoreCount['scale'];
  readonly score: number;
  readonly n: number;
}

@Injectable()
export class PgScoreCounts extends ScoreCountsReader {
  async counts(tx: Transaction, query: ScoreCountsQuery): Promise<ScoreCount[]> {
    const rows = await pg(tx).query<CountRow>(scoreCountsSql(query.groupBy), [
      query.metric,
      query.from === null ? null : toIso(query.from),
      query.to === null ? null : toIso(query.to),
      query.survey,
      tx.shopId,
      query.timeZone,
    ]);
    return rows.map((row) => ({
      group: row.group_key,
      survey: row.survey_key,
      scale: row.scale,
      score: row.score,
      n: row.n,
    }));
  }
}

/** $1 metric, $2 from, $3 to, $4 survey, $5 shop, $6 zone. Served by the index survey_answer_metric. */
export function scoreCountsSql(groupBy: ScoreGroup | null): string {
  const group = groupBy === null ? `''` : GROUPS[groupBy];
  // the zone is named even where nothing is cut, because PostgreSQL refuses a parameter without a use
  return `select ${group} as group_key, a.survey_key, a.scale, a.score, count(*)::int as n
    from app.survey_answer a ${groupBy === 'journey' ? JOURNEY_JOIN : ''}
    where a.shop_id = $5 and a.metric = $1 and not a.superseded
      and a.answered_at >= coalesce($2::timestamptz, '-infinity') and a.answered_at < coalesce($3::timestamptz, 'infinity')
      and ($4::text is null or a.survey_key = $4) and $6::text is not null
    group by 1, 2, 3, 4`;
}
