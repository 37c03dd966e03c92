import type { OnApplicationShutdown } from '@nestjs/common';
import { type TemplateDocument, TransientError } from '#app/domain';
import { LiquidTemplateEngine } from '#app/templates';
import { Piscina } from 'piscina';
import { isOutOfMemory } from './out-of-memory.js';

type Compiled = Awaited<ReturnType<LiquidTemplateEngine['compile']>>;

const MAX_THREADS = 2;
const IDLE_MS = 60_000;
/** MJML itself takes some 60 of them. */
const MAX_HEAP_MB = 256;
/** A mail takes 20 ms, the first one of a thread a second for loading MJML; the rest is for a busy machine. */
const LIMIT_MS = 30_000;

/**
 * Compiles what authors write in threads that can be ended, so that no template keeps the API from answering. Rendering stays in the
 * process: it is limited step by step, and a thread's way there and back would cost more than a message does.
 */
export class ThreadTemplates extends LiquidTemplateEngine implements OnApplicationShutdown {
  private pool: Piscina<TemplateDocument, Compiled> | undefined;

  /** @param file the compiled `compile.worker`, or another module with a function `compile` */
  constructor(
    private readonly file: string,
    private readonly limitMs = LIMIT_MS,
  ) {
    super();
  }

  override async compile(source: TemplateDocument): Promise<Compiled> {
    const signal = AbortSignal.timeout(this.limitMs);
    try {
      return await this.threads().run(source, { name: 'compile', signal });
    } catch (cause) {
      if (!signal.aborted && !isOutOfMemory(cause)) throw cause;
      const what = signal.aborted ? `took longer than ${this.limitMs / 1_000} s` : `needed more than ${MAX_HEAP_MB} MB`;
      throw new TransientError(
        'journey.unchecked',
        `A template ${what} to compile and was ended; nothing was stored. Try again; if it ends so again, make the template smaller.`,
        { cause, retryAfterS: this.limitMs / 1_000 },
      );
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool?.destroy();
    this.pool = undefined;
  }

  private threads(): Piscina<TemplateDocument, Compiled> {
    this.pool ??= new Piscina({
      filename: this.file,
      minThreads: 0,
      maxThreads: MAX_THREADS,
      idleTimeout: IDLE_MS,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    return this.pool;
  }
}
