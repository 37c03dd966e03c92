import type { Transaction } from '#app/application';
import { pg } from '../connection/pg-unit-of-work.js';

const KEY = `hashtextextended('journeys|' || app.current_shop(), 0)`;

/** Keeps the states of the shop's journeys as they are until the transaction ends. Any number of workers hold it at once. */
export async function keepJourneyStates(tx: Transaction): Promise<void> {
  await pg(tx).query(`select pg_advisory_xact_lock_shared(${KEY})`, [], 'journeys_keep_states');
}

/** Waits for the workers that decide on the present states; they wait for this transaction then. */
export async function changeJourneyStates(tx: Transaction): Promise<void> {
  await pg(tx).query(`select pg_advisory_xact_lock(${KEY})`);
}
