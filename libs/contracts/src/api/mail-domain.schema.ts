import { z } from 'zod';
import { isoInstant, listOf } from './list.schema.js';

const MAX_DOMAIN = 253;
/** ASCII, as it stands in the DNS; other scripts as xn--…. */
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

export const newMailDomain = z
  .strictObject({
    domain: z
      .string()
      .trim()
      .min(4)
      .toLowerCase()
      .max(MAX_DOMAIN)
      .regex(DOMAIN, { error: 'must be a domain; write e.g. shop.example.com, other scripts as xn--…' })
      .meta({ description: 'What stands behind the @ of the sender.', example: 'shop.example.com' }),
  })
  .meta({ id: 'NewMailDomain' });

export const mailDomainDocument = z
  .object({
    id: z.uuid(),
    domain: z.string(),
    selector: z.string(),
    record: z
      .object({ name: z.string(), type: z.literal('TXT'), value: z.string() })
      .meta({ description: 'What is to be put into the DNS of the domain.' }),
    createdAt: isoInstant,
    checkedAt: isoInstant.nullable(),
    verifiedAt: isoInstant
      .nullable()
      .meta({ description: 'Since when each look has found the record; null: mails are not signed by it.' }),
  })
  .meta({ id: 'MailDomain' });

export const mailDomainList = listOf(mailDomainDocument, 'MailDomainList');

export const mailDomainCheck = mailDomainDocument
  .extend({
    found: z
      .enum(['right', 'missing', 'other'])
      .meta({ description: '`other`: a record stands there, with another key.' }),
    dmarc: z
      .string()
      .nullable()
      .meta({ description: 'DMARC policy of the domain, which Gmail and Yahoo ask for; null: there is none.' }),
  })
  .meta({ id: 'MailDomainCheck' });
