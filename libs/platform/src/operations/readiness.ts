import { AfterglowError, type Fault } from '#app/domain';

/** Longer than this and a check counts as failed: an orchestrator asks every few seconds. */
const CHECK_LIMIT_MS = 2000;

/** One thing this process needs in order to work. */
export interface ReadinessCheck {
  readonly name: string;
  /** A failed check that isn't required is shown but leaves the process ready: work waits in rows until it is back. */
  readonly isRequired: boolean;
  /** Resolves when all is well, rejects with what is wrong. */
  check(): Promise<void>;
}

/** Whether this process is going down; it then answers 503 so that nobody sends it more. */
export class ShutdownState {
  isShuttingDown = false;
}

export class Readiness {
  constructor(
    private readonly checks: readonly ReadinessCheck[],
    private readonly shutdown: ShutdownState,
  ) {}

  /** @throws AfterglowError `unavailable` naming each required check that failed. What failed inside stays unsaid. */
  async report(): Promise<Record<string, 'ok' | 'failed'>> {
    if (this.shutdown.isShuttingDown) throw notReady('This process is stopping.', []);
    const results = await Promise.all(this.checks.map(async (check) => ({ check, isOk: await passes(check) })));
    const failed = results.filter(({ check, isOk }) => check.isRequired && !isOk);
    if (failed.length > 0)
      throw notReady(
        'This process cannot work at the moment.',
        failed.map(({ check }) => faultOf(check)),
      );
    return Object.fromEntries(results.map(({ check, isOk }) => [check.name, isOk ? 'ok' : 'failed']));
  }
}

async function passes(check: ReadinessCheck): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), CHECK_LIMIT_MS)));
  const attempt = check.check().then(
    () => true,
    () => false,
  );
  const isOk = await Promise.race([attempt, limit]);
  clearTimeout(timer);
  return isOk;
}

function faultOf({ name }: ReadinessCheck): Fault {
  return { pointer: `/${name}`, code: 'not_ready', message: `${name} does not answer; see the log` };
}

function notReady(message: string, faults: readonly Fault[]): AfterglowError {
  return new AfterglowError('unavailable', message, { faults, retryAfterS: 5 });
}
