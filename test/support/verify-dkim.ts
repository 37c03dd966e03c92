import { dkimVerify } from 'mailauth/lib/dkim/verify.js';

export interface DkimVerdict {
  readonly result: string;
  readonly domain: string;
  readonly selector: string;
  /** Names of the signed headers, in lower case and in the order of the signature. */
  readonly covered: readonly string[];
}

/** What a receiver that finds these TXT records makes of the first signature of a mail; null: it has none. */
export async function verifyDkim(
  mail: Buffer | string,
  records: ReadonlyMap<string, readonly string[]>,
): Promise<DkimVerdict | null> {
  const resolver = (name: string): Promise<string[][]> => {
    const texts = records.get(name.toLowerCase());
    if (texts) return Promise.resolve(texts.map((text) => [text]));
    return Promise.reject(Object.assign(new Error(`nothing at ${name}`), { code: 'ENOTFOUND' }));
  };
  const { results } = await dkimVerify(mail, { resolver });
  const [first] = results;
  if (!first?.signingDomain) return null;
  return {
    result: first.status.result,
    domain: first.signingDomain,
    selector: first.selector ?? '',
    covered: coveredOf(mail.toString()),
  };
}

/** The tag `h` of the first signature. */
function coveredOf(mail: string): string[] {
  const signature = /^DKIM-Signature:(?:.|\r\n[ \t])*/m.exec(mail)?.[0] ?? '';
  const names = /[;\s]h=([^;]*)/.exec(signature)?.[1] ?? '';
  return names.replaceAll(/\s/g, '').toLowerCase().split(':');
}
