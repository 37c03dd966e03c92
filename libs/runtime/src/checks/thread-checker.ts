import type { OnApplicationShutdown } from '@nestjs/common';
import { Checker, type CheckReport, type CheckRequest } from '#app/application';
import { TransientError } from '#app/domain';
import { Piscina } from 'piscina';
import { isOutOfMemory } from './out-of-memory.js';

const MAX_THREADS = 2;
/** A thread that nobody needs any more costs memory. */
const IDLE_MS = 60_000;
const MAX_HEAP_MB = 512;
/** A journey beside thirty others takes 0.2 s; the rest is for a busy machine, and for those that were asked for before. */
const LIMIT_MS = 30_000;
const LIMIT_PER_DOCUMENT_MS = 1_000;

/** Checks in threads of its own, which start when the first check comes. */
export class ThreadChecker extends Checker implements OnApplicationShutdown {
  private pool: Piscina<CheckRequest, readonly CheckReport[]> | undefined;

  /** @param file the compiled `check.worker`, or another module with a function `check` */
  constructor(
    private readonly file: string,
    private readonly limitMs = LIMIT_MS,
  ) {
    super();
  }

  async check(request: CheckRequest): Promise<readonly CheckReport[]> {
    const limitMs = this.limitMs + LIMIT_PER_DOCUMENT_MS * (request.documents.length - 1);
    const signal = AbortSignal.timeout(limitMs);
    try {
      return await this.threads().run(request, { signal });
    } catch (cause) {
      if (!signal.aborted && !isOutOfMemory(cause)) throw cause;
      const keys = request.documents.map(({ key }) => `"${key}"`).join(', ');
      const what = signal.aborted ? `took longer than ${limitMs / 1_000} s` : `needed more than ${MAX_HEAP_MB} MB`;
      throw new TransientError(
        'journey.unchecked',
        `The check of ${keys} ${what} and was ended; nothing was published. Try again; if it ends so again, make the journey smaller.`,
        { cause, retryAfterS: limitMs / 1_000 },
      );
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool?.destroy();
    this.pool = undefined;
  }

  private threads(): Piscina<CheckRequest, readonly CheckReport[]> {
    this.pool ??= new Piscina({
      filename: this.file,
      name: 'check',
      minThreads: 0,
      maxThreads: MAX_THREADS,
      idleTimeout: IDLE_MS,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    return this.pool;
  }
}
