import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { AuditTrail } from '../access/audit-trail.port.js';
import { Members } from '../access/members.repository.js';
import type { Channel } from '../delivery/channel.js';
import type { Transaction } from '../ports/unit-of-work.port.js';

/** Who may get tests besides members. */
export abstract class TestSettings {
  /** TEST_ADDRESSES, in lower case. */
  abstract readonly addresses: readonly string[];
}

/** Sends nothing, so whom it is for is of no matter. */
const CAPTURE = 'capture';

/** To whom tests go, and that they went. */
@Injectable()
export class TestRecipients {
  constructor(
    private readonly members: Members,
    private readonly settings: TestSettings,
    private readonly audit: AuditTrail,
  ) {}

  async check(tx: Transaction, { code }: Channel, to: string): Promise<void> {
    const address = to.toLowerCase();
    if (code === CAPTURE || this.settings.addresses.includes(address)) return;
    const member = await this.members.findByEmail(tx, address);
    if (member?.state === 'active') return;
    throw new PermanentError(
      'forbidden',
      'Tests go to members of the team, and to the addresses in TEST_ADDRESSES. Name one of those.',
    );
  }

  note(tx: Transaction, journey: string, changes: Readonly<Record<string, unknown>>): Promise<void> {
    return this.audit.note(tx, { action: 'test-send', subject: 'journey', subjectId: journey, changes });
  }
}
