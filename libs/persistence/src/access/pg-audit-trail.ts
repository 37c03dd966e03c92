import { Injectable } from '@nestjs/common';
import {
  type AuditEntry,
  type AuditNote,
  AuditTrail,
  type Page,
  type PageRequest,
  type Transaction,
} from '#app/application';
import { afterCreated, pageOf } from '../connection/pages.js';
import { pg } from '../connection/pg-unit-of-work.js';

interface EntryRow {
  readonly id: string;
  readonly created_at: Date;
  readonly actor: string;
  readonly operation: string;
  readonly request_id: string;
  readonly action: string;
  readonly subject: string;
  readonly subject_id: string;
  readonly changes: Record<string, unknown>;
}

@Injectable()
export class PgAuditTrail extends AuditTrail {
  async note(tx: Transaction, { action, subject, subjectId, changes = {} }: AuditNote): Promise<void> {
    await pg(tx).run('select app.record_audit($1, $2, $3, $4)', [action, subject, subjectId, JSON.stringify(changes)]);
  }

  async list(tx: Transaction, page: PageRequest): Promise<Page<AuditEntry>> {
    const rows = await pg(tx).query<EntryRow>(
      `select t.id, t.created_at, t.actor, t.operation, t.request_id, t.action, t.subject, t.subject_id, t.changes
       from app.audit_entry t where ${afterCreated('app.audit_entry', 1, page, 'desc')}
       order by t.created_at desc, t.id desc limit $2`,
      [page.after, page.limit + 1],
    );
    return pageOf(rows, page, entryOf);
  }
}

function entryOf(row: EntryRow): AuditEntry {
  const { id, actor, operation, action, subject, changes } = row;
  return {
    id,
    at: row.created_at.getTime(),
    actor,
    operation,
    requestId: row.request_id,
    action,
    subject,
    subjectId: row.subject_id,
    changes,
  };
}
