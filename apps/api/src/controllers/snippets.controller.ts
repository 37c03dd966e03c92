import { Readable } from 'node:stream';
import { Body, Delete, Get, Header, HttpCode, Param, Post, Put, Query, StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse } from '@nestjs/swagger';
import {
  ChangeSnippets,
  ImportSnippets,
  keyOfSnippet,
  ReadSnippets,
  type Snippet,
  type SnippetLine,
  type SnippetLineFault,
  snippetOf,
} from '#app/application';
import {
  faultsOf,
  idParam,
  snippetDocument,
  snippetFields,
  snippetImport,
  snippetList,
  snippetQuery,
  snippetReport,
} from '#app/contracts';
import { PermanentError, toIso } from '#app/domain';
import { StreamedBody } from '#app/platform';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { answerPage, pageRequestOf } from '../http/cursor.js';
import { readSnippetCsv, writeSnippetCsv } from '../http/snippet-csv.js';

type SnippetDocument = z.input<typeof snippetDocument>;

const CSV_EXAMPLE = 'name,sku,product_id,locale,text\ncare,BOWL-1,,en,Wash it by hand.\ncare,,77,default,…';
const CSV = { schema: { type: 'string' as const }, example: CSV_EXAMPLE };
const FIELD = { type: 'string', maxLength: 4_000 } as const;
const EXAMPLE: SnippetDocument = {
  id: '0199c0de-0000-4000-8000-000000000009',
  name: 'care',
  sku: 'BOWL-1',
  productId: null,
  locale: 'en',
  text: 'Wash it by hand and oil it twice a year.',
  updatedAt: '2026-01-31T09:30:00.000Z',
};

@ApiController('/snippets', 'Journeys', 'journeys')
export class SnippetsController {
  constructor(
    private readonly reader: ReadSnippets,
    private readonly changes: ChangeSnippets,
    private readonly importer: ImportSnippets,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Texts about products that templates print, by name',
    description: '`sku` or `productId` lists those of one product, without what it shares with others.',
  })
  @Answers(200, snippetList, 'A page of snippets.', { items: [EXAMPLE], next: null })
  async list(
    @ShopId() shopId: string,
    @Query({ schema: snippetQuery }) query: z.output<typeof snippetQuery>,
  ): Promise<z.input<typeof snippetList>> {
    const { name, sku, productId, ...page } = query;
    const key = sku === undefined && productId === undefined ? undefined : keyOfSnippet({ sku, productId });
    return answerPage(await this.reader.page(shopId, { name, key }, pageRequestOf(page)), viewOf);
  }

  @Put()
  @ApiOperation({
    summary: 'Store a snippet, in place of the one with the same name, product and language',
    description:
      'Messages that are written from now on have it. With neither `sku` nor `productId` it is about every product that has none of its own.',
  })
  @Answers(200, snippetDocument, 'The snippet as it is stored.', EXAMPLE)
  @Refuses(422, 'A field is not acceptable.')
  async put(
    @ShopId() shopId: string,
    @Body({ schema: snippetFields }) fields: z.output<typeof snippetFields>,
  ): Promise<SnippetDocument> {
    return viewOf(await this.changes.put(shopId, snippetOf(fields)));
  }

  @Get('export')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="snippets.csv"')
  @ApiOperation({ summary: 'All snippets as CSV, as the import takes them' })
  @ApiResponse({ status: 200, description: 'The list.', content: { 'text/csv': CSV } })
  export(@ShopId() shopId: string): StreamableFile {
    return new StreamableFile(Readable.from(writeSnippetCsv(this.reader.export(shopId))));
  }

  @Post('import')
  @HttpCode(200)
  @ApiConsumes('application/json', 'text/csv')
  @ApiOperation({
    summary: 'Store many snippets',
    description:
      'CSV of up to 20,000 lines, or a JSON list of up to 1,000 items. `name` and `text` are needed; `sku` or `product_id` says what it is about, `locale` in which language. Good lines are kept beside bad ones. The same list again changes nothing, and nothing is deleted.',
  })
  @ApiBody({
    schema: {
      type: 'array',
      minItems: 1,
      maxItems: 1_000,
      items: { type: 'object', properties: { name: FIELD, sku: FIELD, productId: FIELD, locale: FIELD, text: FIELD } },
    },
  })
  @Answers(200, snippetReport, 'What was kept, and the faults of what was not.')
  @Refuses(413, 'The list is too long.')
  @Refuses(422, 'It is no list of snippets.')
  async import(@ShopId() shopId: string, @Body() body: unknown): Promise<z.input<typeof snippetReport>> {
    const { faults, ...counts } = await this.importer.run(shopId, linesOf(body));
    return { ...counts, faults: [...faults] };
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a snippet' })
  @ApiResponse({
    status: 204,
    description: 'Messages that are written from now on lack it; those that were handed over keep it.',
  })
  @Refuses(404, 'There is no such snippet.')
  remove(@ShopId() shopId: string, @Param('id', { schema: idParam }) id: string): Promise<void> {
    return this.changes.remove(shopId, id);
  }
}

function viewOf({ id, name, about, product, locale, text, updatedAt }: Snippet): SnippetDocument {
  return {
    id,
    name,
    sku: about === 'sku' ? product : null,
    productId: about === 'product' ? product : null,
    locale,
    text,
    updatedAt: toIso(updatedAt),
  };
}

function linesOf(body: unknown): AsyncIterable<SnippetLine | SnippetLineFault> {
  if (body instanceof StreamedBody) return readSnippetCsv(body);
  const list = snippetImport.safeParse(body);
  if (list.success) return Readable.from(list.data.map((item, index) => ({ ...item, line: index + 1 })));
  throw new PermanentError('validation', 'This is no list of snippets. Correct what `errors` names.', {
    faults: faultsOf(list.error),
  });
}
