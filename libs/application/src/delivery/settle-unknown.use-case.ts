import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { AuditTrail } from '../access/audit-trail.port.js';
import { HintPort } from '../ports/hint.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { MessageDesk, MessageReader, type MessageView, type Settlement } from './message-reader.port.js';

const MAX_NOTE_CHARS = 500;

/** A person decides what became of a message that nobody knows about. Sending it again may reach the customer twice. */
@Injectable()
export class SettleUnknown {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly desk: MessageDesk,
    private readonly messages: MessageReader,
    private readonly hints: HintPort,
    private readonly audit: AuditTrail,
  ) {}

  /** @throws PermanentError `validation` without a note, `not_found`, `conflict` when the message isn't unknown */
  async run(shopId: string, id: string, settlement: Settlement, note: string): Promise<MessageView> {
    const words = note.trim().slice(0, MAX_NOTE_CHARS);
    if (words === '') throw new PermanentError('validation', 'Say in the note why: it stays with the message.');
    const settled = await this.uow.inShop(shopId, async (tx) => {
      const isSettled = await this.desk.settle(tx, id, settlement, words);
      const message = await this.messages.find(tx, id);
      if (!message) throw new PermanentError('not_found', `There is no message ${id}.`);
      if (!isSettled)
        throw new PermanentError('conflict', `The message is ${message.state}; only an unknown one can be settled.`);
      await this.audit.note(tx, { action: settlement, subject: 'message', subjectId: id });
      return message;
    });
    if (settlement === 'resend') this.hints.hint(`delivery-${settled.medium}`);
    return settled;
  }
}
