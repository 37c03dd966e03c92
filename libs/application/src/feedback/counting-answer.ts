import type { Instant } from '#app/domain';

/** A person may correct an answer for this long after their first one. */
export const EDIT_WINDOW_MS = 15 * 60_000;

interface Timed {
  readonly id: string;
  readonly answeredAt: Instant;
}

/** The answer of one invitation that counts: the last one given within the edit window of the first. Independent of the order of arrival. */
export function countingAnswer(answers: readonly Timed[]): string | undefined {
  const inOrder = [...answers].sort((a, b) => a.answeredAt - b.answeredAt || (a.id < b.id ? -1 : 1));
  const first = inOrder[0];
  return first && inOrder.findLast((answer) => answer.answeredAt <= first.answeredAt + EDIT_WINDOW_MS)?.id;
}
