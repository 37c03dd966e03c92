import type { ActEffect } from '#app/domain';
import type { StoredRun } from '../journeys/runtime/run-store.port.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

/** An act of a run, to be performed in the transaction that stores the decision. */
export interface DueAct {
  readonly run: StoredRun;
  readonly effect: ActEffect;
}

/** Performs what steps do besides sending, but for starts and stops of journeys, which the runtime carries out itself. */
export abstract class ActStore {
  /**
   * One statement for each type of act, whatever their number. An act that was performed before is left out: run, step, visit and
   * index name it.
   */
  abstract perform(tx: Transaction, acts: readonly DueAct[]): Promise<void>;
}
