import { readFileSync } from 'node:fs';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { PermanentError } from '#app/domain';

const IDENTITY = /^AGE-SECRET-KEY-/;

/** A new key of age: `identity` opens what was sealed for `recipient`. */
export async function makeSealingKey(): Promise<{ identity: string; recipient: string }> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** The keys in a file as `age-keygen` or `afterglow backup-key` writes it. */
export function readSealingKeys(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new PermanentError('validation', `${file} cannot be read. Check the name.`, { cause });
  }
  const keys = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => IDENTITY.test(line));
  if (keys.length === 0) throw new PermanentError('validation', `${file} holds no key (AGE-SECRET-KEY-…).`);
  return keys;
}
