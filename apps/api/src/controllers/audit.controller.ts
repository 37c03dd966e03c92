import { Get, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ReadAudit } from '#app/application';
import { auditList, pageQuery, type PageQuery } from '#app/contracts';
import { toIso } from '#app/domain';
import type { z } from 'zod';
import { ShopId } from '../access/caller.js';
import { Answers, ApiController } from '../http/api-controller.js';
import { answerPage, pageRequestOf } from '../http/cursor.js';

@ApiController('/audit', 'Keys and audit', 'audit')
export class AuditController {
  constructor(private readonly audit: ReadAudit) {}

  @Get()
  @ApiOperation({ summary: 'Who changed what through the API or by command, newest first' })
  @Answers(200, auditList, 'A page of the audit log.')
  async list(
    @ShopId() shopId: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<z.input<typeof auditList>> {
    return answerPage(await this.audit.list(shopId, pageRequestOf(query)), ({ at, changes, ...entry }) => ({
      ...entry,
      at: toIso(at),
      changes: { ...changes },
    }));
  }
}
