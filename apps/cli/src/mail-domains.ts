import type { INestApplicationContext } from '@nestjs/common';
import { EnsureFirstShop, ManageMailDomains, type MailDomainView } from '#app/application';
import { newMailDomain } from '#app/contracts';
import { PermanentError } from '#app/domain';

/** More than a shop may have. */
const ALL = { after: null, limit: 200 };

export async function addMailDomain(context: INestApplicationContext, given: string): Promise<void> {
  const domain = read(given);
  const { record } = await context.get(ManageMailDomains).add(await firstShop(context), domain);
  console.log(`Put this TXT record into the DNS, then: afterglow mail-domains check ${domain}\n`);
  console.log(`${record.name}. IN TXT ${inParts(record.value)}`);
}

export async function listMailDomains(context: INestApplicationContext): Promise<void> {
  const domains = await ofShop(context);
  if (domains.length === 0) console.log('There are none. Make one with: afterglow mail-domains add <domain>');
  for (const { domain, selector, verifiedAt } of domains)
    console.log(`${domain}  ${selector}  ${verifiedAt === null ? 'not verified' : 'verified'}`);
}

/** Looks for the record of each key of a domain; exit code 1 when none is there. */
export async function checkMailDomain(context: INestApplicationContext, given: string): Promise<void> {
  const domain = read(given);
  const manage = context.get(ManageMailDomains);
  const shopId = await firstShop(context);
  const keys = (await ofShop(context)).filter((each) => each.domain === domain);
  if (keys.length === 0)
    throw new PermanentError(
      'not_found',
      `There is no key for ${domain}. Make one with: afterglow mail-domains add ${domain}`,
    );
  let isSigned = false;
  for (const { id } of keys) {
    const { found, record, dmarc } = await manage.check(shopId, id);
    isSigned ||= found === 'right';
    console.log(
      `${record.name}: ${found === 'right' ? 'found; mails are signed' : `${found}; it should hold ${record.value}`}`,
    );
    if (dmarc === null)
      console.log(`_dmarc.${domain}: missing; Gmail and Yahoo ask for one, such as "v=DMARC1; p=none"`);
  }
  if (!isSigned) process.exitCode = 1;
}

async function ofShop(context: INestApplicationContext): Promise<readonly MailDomainView[]> {
  return (await context.get(ManageMailDomains).list(await firstShop(context), ALL)).items;
}

async function firstShop(context: INestApplicationContext): Promise<string> {
  return (await context.get(EnsureFirstShop).run({ withOwnerKey: false })).shopId;
}

function read(domain: string): string {
  const read = newMailDomain.safeParse({ domain });
  if (read.success) return read.data.domain;
  throw new PermanentError('validation', read.error.issues.map(({ message }) => `${domain} ${message}`).join('; '));
}

/** A string in a zone file holds at most 255 characters. */
function inParts(value: string): string {
  return (value.match(/.{1,255}/g) ?? []).map((part) => `"${part}"`).join(' ');
}
