interface AskedCondition {
  readonly condition: string;
  readonly result: boolean;
  readonly problem?: string;
}

const CHECK_FACTS = 'GET /api/v1/customers/:id shows what is known.';

/** By reason; `detail` is the engine's. */
const SENTENCES: Readonly<Record<string, (detail: string) => string>> = {
  'unknown-customer': () => 'Nobody is known by these identities. Send an event about the customer first.',
  'unknown-order': () => 'The customer has no such order. Name one of theirs, or leave "order" out.',
  paused: () => 'The shop is paused, so nobody enters. Resume it and ask again.',
  erased: () => 'The customer asked to be erased, so they enter nothing any more.',
  where: (detail) => `The trigger's condition does not hold${failed(detail)} Send "data" that meets it. ${CHECK_FACTS}`,
  audience: (detail) => `The customer is not in the audience${failed(detail)} ${CHECK_FACTS}`,
  'entry-key': (detail) => `There is no entry key: ${detail} Send the "key" or "data" that "entry.key" names.`,
  'entered-before': (detail) =>
    `The entry key "${detail}" was used before. Send another "key", or allow the journey's "entry.reentry".`,
  limit: (detail) =>
    `The customer has as many runs as "entry.limit" allows (${detail}). Ask again when one has ended, or raise the limit.`,
};

/** Why somebody was not let in, and what to do about it. */
export function refusalInWords(reason: string, detail: string | null): string | null {
  return SENTENCES[reason]?.(detail ?? '') ?? detail;
}

/** The conditions that did not hold, of the list that the engine notes. */
function failed(detail: string): string {
  const asked = detail === '' ? [] : (JSON.parse(detail) as readonly AskedCondition[]);
  const broken = asked
    .filter(({ result }) => !result)
    .map(({ condition, problem }) => (problem === undefined ? condition : `${condition} (${problem})`));
  return broken.length === 0 ? '.' : `: ${broken.join('; ')}.`;
}
