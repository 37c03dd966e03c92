import { Injectable, Logger } from '@nestjs/common';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { DnsRecords } from './dns-records.port.js';
import { lookForKey } from './look-for-key.js';
import { type MailDomain, MailDomains } from './mail-domains.repository.js';

const BATCH = 20;
/** A zone that is being moved is not gone yet: an hour later we look once more. */
const PATIENCE = 1;

/**
 * Looks into the DNS of every domain by itself: hourly until a new one is found or three days are over, then daily. What is no
 * longer published signs nothing: mailbox providers would refuse it. Safe to run anywhere, by several workers at once.
 */
@Injectable()
export class WatchMailDomains {
  private readonly logger = new Logger(WatchMailDomains.name);

  constructor(
    private readonly uow: UnitOfWork,
    private readonly domains: MailDomains,
    private readonly dns: DnsRecords,
  ) {}

  /** Returns how many domains were looked at; those for which no DNS server answers are tried again an hour later. */
  async run(): Promise<number> {
    const due = await this.uow.acrossShops((tx) => this.domains.claimDue(tx, BATCH));
    const looks = await Promise.allSettled(due.map(({ shopId, id }) => this.look(shopId, id)));
    for (const { reason } of looks.filter((look) => look.status === 'rejected'))
      this.logger.warn(
        { err: reason },
        'A mail domain could not be looked at; again in an hour',
        WatchMailDomains.name,
      );
    return due.length;
  }

  private async look(shopId: string, id: string): Promise<void> {
    const before = await this.uow.inShop(shopId, (tx) => this.domains.find(tx, id));
    if (before === null) return;
    const isFound = (await lookForKey(this.dns, before)) === 'right';
    const after = await this.uow.inShop(shopId, async (tx) => {
      await this.domains.noteCheck(tx, id, isFound, PATIENCE);
      return this.domains.find(tx, id);
    });
    if (after) this.tell(shopId, before, after);
  }

  private tell(shopId: string, before: MailDomain, { domain, verifiedAt }: MailDomain): void {
    const { name } = WatchMailDomains;
    if (before.verifiedAt !== null && verifiedAt === null)
      this.logger.warn(
        { shopId, domain },
        'The DNS no longer holds the key of a mail domain: its mails come from the installation’s address until it does',
        name,
      );
    if (before.verifiedAt === null && verifiedAt !== null)
      this.logger.log(
        { shopId, domain },
        'The DNS holds the key of a mail domain: its mails are signed from now on',
        name,
      );
  }
}
