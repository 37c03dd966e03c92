import type { DnsRecords } from './dns-records.port.js';
import type { MailDomain } from './mail-domains.repository.js';

/** `other`: a record stands there, with another key. */
export type FoundKey = 'right' | 'missing' | 'other';

export function domainRecordName({ selector, domain }: Pick<MailDomain, 'selector' | 'domain'>): string {
  return `${selector}._domainkey.${domain}`;
}

/**
 * What the DNS says of the key of a domain (RFC 6376 §3.6).
 * @throws TransientError `unavailable` when no DNS server answers
 */
export async function lookForKey(dns: DnsRecords, domain: MailDomain): Promise<FoundKey> {
  const records = await dns.txt(domainRecordName(domain));
  const keys = records.map(publishedKey).filter((key) => key !== null);
  if (keys.includes(domain.publicKey)) return 'right';
  return keys.length > 0 ? 'other' : 'missing';
}

/** The key of a DKIM record, without blanks that got into it; null: another kind of record, or a key that was withdrawn. */
function publishedKey(text: string): string | null {
  const tags = text.split(';').map((tag) => tag.replaceAll(/\s+/g, ''));
  return tags.find((tag) => tag.startsWith('p='))?.slice(2) || null;
}
