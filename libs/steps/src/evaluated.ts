import { type Json, PermanentError, type StepContext, type StepDecision } from '#app/domain';

/** What an expression gave, or why it gave nothing. */
export type Evaluated = { readonly value: Json } | { readonly problem: string };

/** A value that depends on a fact not known yet is no reason to fail the run: the step does nothing and says why. */
export function evaluated(source: string, context: StepContext): Evaluated {
  try {
    return { value: (context.evaluate(source) ?? null) as Json };
  } catch (cause) {
    if (cause instanceof PermanentError && cause.code === 'expression.failed') return { problem: cause.message };
    throw cause;
  }
}

/** Goes on without acting; the journal says why. `unknown`: a fact is missing; `unsuitable`: the value is not one to act on. */
export function skipped(why: 'unknown' | 'unsuitable', problem: string): StepDecision {
  return { type: 'continue', note: { skipped: why, problem } };
}
