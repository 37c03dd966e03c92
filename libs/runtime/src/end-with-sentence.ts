import { AfterglowError } from '#app/domain';

/** Says what is wrong in the terminal, runs `cleanUp` and ends the process with 1. Faults that nobody foresaw show their stack. */
export async function endWithSentence(error: unknown, cleanUp?: () => Promise<void>): Promise<never> {
  const sentence = sentenceOf(error);
  console.error(sentence === null ? error : `\n${sentence}\n`);
  await cleanUp?.().catch(() => undefined);
  process.exit(1);
}

function sentenceOf(error: unknown): string | null {
  if (error instanceof AfterglowError) return error.message;
  const isPortTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  return isPortTaken
    ? `Another program listens there already (${error.message}). Stop it, or set PORT to another number.`
    : null;
}
