import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '../ports/page.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { type AuditEntry, AuditTrail } from './audit-trail.port.js';

@Injectable()
export class ReadAudit {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly trail: AuditTrail,
  ) {}

  list(shopId: string, page: PageRequest): Promise<Page<AuditEntry>> {
    return this.unitOfWork.inShop(shopId, (tx) => this.trail.list(tx, page));
  }
}
