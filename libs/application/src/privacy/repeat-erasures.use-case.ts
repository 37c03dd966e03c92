import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { EraseCustomer } from './erase-customer.use-case.js';
import { ErasureRegister, type RegisterPage } from './erasure-register.repository.js';
import { PrivacyRequests } from './privacy-requests.repository.js';
import { type ErasureReport, RunErasures } from './run-erasures.use-case.js';

/** For backups: what was erased since one was made is erased again in the database that is restored from it. */
@Injectable()
export class RepeatErasures {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly register: ErasureRegister,
    private readonly requests: PrivacyRequests,
    private readonly erasures: EraseCustomer,
    private readonly work: RunErasures,
  ) {}

  /** Who was erased, without saying who they were. */
  list(shopId: string): Promise<RegisterPage> {
    return this.unitOfWork.inShop(shopId, (tx) => this.register.read(tx));
  }

  /** People whom the backup doesn't know are left out, their names are remembered all the same. */
  async repeat(shopId: string, page: RegisterPage): Promise<ErasureReport> {
    await this.unitOfWork.inShop(shopId, (tx) => this.register.restore(tx, page));
    for (const { customer, reason } of page.erasures) {
      const isKnown = await this.unitOfWork.inShop(shopId, async (tx) => this.requests.person(tx, customer));
      if (isKnown) await this.erasures.run(shopId, customer, { origin: 'command', reason: reason ?? 'asked' });
    }
    return this.work.run();
  }
}
