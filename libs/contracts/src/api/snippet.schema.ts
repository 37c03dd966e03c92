import { z } from 'zod';
import { wireText } from '../event/wire-text.schema.js';
import { isoInstant, listOf, pageQuery } from './list.schema.js';

const MAX_ITEMS = 1_000;
const MAX_TEXT = 2_000;
/** Room for what is read and refused by a line of its own. */
const FIELD_MAX = 4_000;

const WORDS = /\S/;
const name = z
  .string()
  .regex(/^[a-z][A-Za-z0-9_-]{0,63}$/, {
    error: 'must begin with a small letter and hold letters, digits, _ and - alone, at most 64',
  })
  .meta({ description: 'By which templates name it: `line.snippets.care`.', example: 'care' });
const sku = wireText(255)
  .regex(WORDS, { error: 'must not be blank' })
  .optional()
  .meta({ description: 'Article number, exactly as lines of orders have it.' });
const productId = wireText(255)
  .regex(WORDS, { error: 'must not be blank' })
  .optional()
  .meta({ description: "The sender's id of the product, for all its variants. Not together with `sku`." });
const locale = z
  .string()
  .max(35)
  .regex(/^(default|[a-z]{2,3}(-[A-Za-z0-9]{2,8})*)$/, {
    error: 'must be a language tag such as en or fr-CA, or default',
  })
  .meta({ description: 'Language tag, or `default` for every language that is not written.' });
const text = wireText(MAX_TEXT)
  .regex(WORDS, { error: 'must not be blank' })
  .meta({ description: 'Plain text; never read as Liquid or HTML.' });

const oneSubject = ({
  sku: article,
  productId: product,
}: {
  sku?: string | undefined;
  productId?: string | undefined;
}) => article === undefined || product === undefined;
const TWO_SUBJECTS = {
  error: 'must be left out where sku is given: a snippet is about one of them',
  path: ['productId'],
};

/** A text about a product; about every product that has none of its own where neither sku nor productId is given. */
export const snippetFields = z
  .strictObject({ name, sku, productId, locale: locale.default('default'), text })
  .refine(oneSubject, TWO_SUBJECTS)
  .meta({ id: 'NewSnippet' });

export const snippetQuery = pageQuery
  .extend({ name: name.optional(), sku, productId })
  .refine(oneSubject, TWO_SUBJECTS);

export const snippetDocument = z
  .object({
    id: z.uuid(),
    name: z.string(),
    sku: z.string().nullable(),
    productId: z.string().nullable().meta({ description: 'With sku null as well: of every product that has no own.' }),
    locale: z.string(),
    text: z.string(),
    updatedAt: isoInstant,
  })
  .meta({ id: 'Snippet' });

export const snippetList = listOf(snippetDocument, 'SnippetList');

const field = z.string().max(FIELD_MAX).optional();
export const snippetImport = z
  .array(z.strictObject({ name: field, sku: field, productId: field, locale: field, text: field }))
  .min(1)
  .max(MAX_ITEMS)
  .meta({ id: 'SnippetImport' });

export const snippetReport = z
  .object({
    lines: z.number().int().meta({ description: 'Without the one that names the columns.' }),
    added: z.number().int(),
    changed: z.number().int().meta({ description: 'Snippets that were there and read differently now.' }),
    unchanged: z.number().int(),
    refused: z.number().int(),
    faults: z.array(
      z.object({
        line: z.number().int().meta({ description: 'Of a file its line, of a list its item, from 1.' }),
        field: z.enum(['name', 'sku', 'productId', 'locale', 'text', 'line']),
        message: z.string(),
      }),
    ),
    omitted: z.number().int().meta({ description: 'Faults beyond the first thousand.' }),
  })
  .meta({ id: 'SnippetReport' });
