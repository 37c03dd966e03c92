import type { PastContact } from './contact-history.js';

/** How many of the latest asks in a row brought no answer; a question and its reminders are one. */
export function ignoredInRow(asks: readonly PastContact[], isAnswered: (ask: PastContact) => boolean): number {
  const latestFirst = firstOfEachRun(asks).toSorted((a, b) => b.at - a.at);
  const answered = latestFirst.findIndex(isAnswered);
  return answered === -1 ? latestFirst.length : answered;
}

function firstOfEachRun(asks: readonly PastContact[]): readonly PastContact[] {
  const first = new Map<string, PastContact>();
  for (const ask of asks) {
    const key = `${ask.runId} ${ask.survey?.key}`;
    if ((first.get(key)?.at ?? Infinity) > ask.at) first.set(key, ask);
  }
  return [...first.values()];
}
