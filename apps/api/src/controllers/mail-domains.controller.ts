import { Body, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { ManageMailDomains, type MailDomainView } from '#app/application';
import {
  idParam,
  mailDomainCheck,
  mailDomainDocument,
  mailDomainList,
  newMailDomain,
  pageQuery,
  type PageQuery,
} from '#app/contracts';
import { toIso } from '#app/domain';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Answers, ApiController, Refuses } from '../http/api-controller.js';
import { answerPage, pageRequestOf } from '../http/cursor.js';
import { OnceByKey } from '../http/once.interceptor.js';

@ApiController('/mail-domains', 'Shop', 'shop')
export class MailDomainsController {
  constructor(private readonly domains: ManageMailDomains) {}

  @Get()
  @ApiOperation({ summary: 'Domains that the shop sends from, with their DNS records' })
  @Answers(200, mailDomainList, 'A page of domains.')
  async list(
    @ShopId() shopId: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<z.input<typeof mailDomainList>> {
    return answerPage(await this.domains.list(shopId, pageRequestOf(query)), viewOf);
  }

  @Post()
  @OnceByKey()
  @ApiOperation({
    summary: 'Make a DKIM key for a domain',
    description:
      'Put the record into the DNS of the domain, then let it be checked: from then on mails of the domain are signed, and the shop may use its addresses as sender. The same domain again makes a further key, which takes over once its record is found.',
  })
  @Answers(201, mailDomainDocument, 'The domain with the record that is to be published.')
  @Refuses(409, 'The shop has as many keys as it may.')
  async add(
    @ShopId() shopId: string,
    @Body({ schema: newMailDomain }) { domain }: z.output<typeof newMailDomain>,
  ): Promise<z.input<typeof mailDomainDocument>> {
    return viewOf(await this.domains.add(shopId, domain));
  }

  @Post(':id/check')
  @HttpCode(200)
  @OnceByKey()
  @ApiOperation({ summary: 'Look whether the record is in the DNS' })
  @Answers(200, mailDomainCheck, 'What was found; mails are signed only while the record is there.')
  @Refuses(404, 'There is no such domain.')
  @Refuses(503, 'No DNS server answers; nothing changed.')
  async check(
    @ShopId() shopId: string,
    @Param('id', { schema: idParam }) id: string,
  ): Promise<z.input<typeof mailDomainCheck>> {
    const { found, dmarc, ...domain } = await this.domains.check(shopId, id);
    return { ...viewOf(domain), found, dmarc };
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Forget a key: nothing is signed by it any more' })
  @ApiResponse({ status: 204, description: 'It is gone.' })
  @Refuses(404, 'There is no such domain.')
  remove(@ShopId() shopId: string, @Param('id', { schema: idParam }) id: string): Promise<void> {
    return this.domains.remove(shopId, id);
  }
}

function viewOf({ id, domain, selector, record, ...times }: MailDomainView): z.input<typeof mailDomainDocument> {
  return {
    id,
    domain,
    selector,
    record,
    createdAt: toIso(times.createdAt),
    checkedAt: times.checkedAt === null ? null : toIso(times.checkedAt),
    verifiedAt: times.verifiedAt === null ? null : toIso(times.verifiedAt),
  };
}
