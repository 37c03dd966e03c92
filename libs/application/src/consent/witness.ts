import type { SecretPort } from '../ports/secret.port.js';

/** What a page knows of how something was said on it. */
export interface Witness {
  /** Words that were shown, by the name of what they belong to. */
  readonly shown: Readonly<Record<string, string>>;
  /** Language of the words, and a name for this wording of them. */
  readonly wording: string;
  /** Address that the request came from; kept as a keyed hash. */
  readonly client: string | undefined;
  /** What the browser calls itself. */
  readonly agent: string;
}

const HASH_CHARS = 16;
const MAX_AGENT = 200;
const MAX_PROOF = 1_000;
const UNPRINTABLE = /[^\x20-\x7e]/g;

/** The sentence that shows later on that somebody said it: where, the words that they read, and what their browser told. */
export function proofOf(
  { shown, wording, client, agent }: Witness,
  place: string,
  names: readonly string[],
  secrets: SecretPort,
): string {
  const words = names.map((name) => `"${shown[name] ?? name}"`).join(', ');
  const from = client === undefined ? 'unknown' : hashOf(client, secrets);
  const browser = agent.replaceAll(UNPRINTABLE, '?').slice(0, MAX_AGENT);
  return `${place}: ${words} (${wording}); from ${from} by ${browser || 'a browser without a name'}`.slice(
    0,
    MAX_PROOF,
  );
}

function hashOf(client: string, secrets: SecretPort): string {
  return Buffer.from(secrets.fingerprint(client, 'consent')).toString('hex').slice(0, HASH_CHARS);
}
