import type { DueAct } from '#app/application';
import { type Act, toIso } from '#app/domain';

type ActOf<T extends Act['type']> = Extract<Act, { type: T }>;

/** Acts of one type as rows for `jsonb_to_recordset`; `n` keeps their order. */
export function rowsOf<T extends Act['type']>(
  acts: readonly DueAct[],
  type: T,
  columns: (act: ActOf<T>, due: DueAct) => object,
): object[] {
  return acts.flatMap((due, n) => {
    const { run, effect } = due;
    if (effect.act.type !== type) return [];
    const { step, visit, index, at } = effect;
    const who = { run_id: run.id, customer_id: run.customerId, order_id: run.orderId };
    return [{ n, ...who, step, visit, act_index: index, at: toIso(at), ...columns(effect.act as ActOf<T>, due) }];
  });
}
