import { Injectable } from '@nestjs/common';
import { ActStore, type DueAct, type Transaction } from '#app/application';
import { pg } from '../connection/pg-unit-of-work.js';
import { rowsOf } from './act-rows.js';
import {
  ASSIGN_ARMS,
  AWARD_POINTS,
  MAKE_PROMISES,
  OPEN_CASES,
  QUEUE_CALLS,
  SET_ATTRIBUTES,
  SET_TAGS,
} from './acts.sql.js';

@Injectable()
export class PgActStore extends ActStore {
  async perform(tx: Transaction, acts: readonly DueAct[]): Promise<void> {
    if (acts.length === 0) return;
    const write = async (name: string, sql: string, rows: readonly object[]): Promise<void> => {
      if (rows.length > 0) await pg(tx).query(sql, [JSON.stringify(rows)], name);
    };
    const attributes = rowsOf(acts, 'set', ({ attribute, value }) => ({ name: attribute, value }));
    const tags = rowsOf(acts, 'tag', ({ tag, isOn }) => ({ tag, is_on: isOn }));
    const points = rowsOf(acts, 'award', (act) => ({ points: act.points, reason: act.reason }));
    const promises = rowsOf(acts, 'promise', ({ what, due }) => ({ what, due }));
    const cases = rowsOf(acts, 'open-case', ({ topic, title, priority }) => ({ topic, title, priority }));
    const arms = rowsOf(acts, 'assign', ({ arm, replaces }, { run }) => ({ arm, replaces, journey_id: run.journeyId }));
    const calls = rowsOf(acts, 'call', ({ url, payload }, { run }) => ({
      url,
      payload,
      journey_id: run.journeyId,
      held: run.isHeld,
    }));
    await Promise.all([
      write('acts_set', SET_ATTRIBUTES, attributes),
      write('acts_tag', SET_TAGS, tags),
      write('acts_award', AWARD_POINTS, points),
      write('acts_promise', MAKE_PROMISES, promises),
      write('acts_open_case', OPEN_CASES, cases),
      write('acts_assign', ASSIGN_ARMS, arms),
      write('acts_call', QUEUE_CALLS, calls),
    ]);
  }
}
