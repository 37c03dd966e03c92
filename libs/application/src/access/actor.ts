import { AsyncLocalStorage } from 'node:async_hooks';

/** For whom work is done, as the audit log names them. */
export interface Actor {
  /** `key:<id>`, `member:<id>`, or `command` for the command line. */
  readonly name: string;
  /** What was asked for, such as `POST /api/v1/journeys/:key/pause`. */
  readonly operation: string;
  /** Id of the request in the log. */
  readonly requestId: string;
}

const storage = new AsyncLocalStorage<Actor>();

/** What changes in transactions that `work` opens, also after it has returned, is audited as this actor's. */
export function actAs<T>(actor: Actor, work: () => T): T {
  return storage.run(actor, work);
}

/** Null for what the system does by itself. */
export function currentActor(): Actor | null {
  return storage.getStore() ?? null;
}
