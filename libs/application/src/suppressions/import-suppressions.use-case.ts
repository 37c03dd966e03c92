import { Injectable } from '@nestjs/common';
import { PermanentError } from '#app/domain';
import { AuditTrail } from '../access/audit-trail.port.js';
import { SecretPort } from '../ports/secret.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { Shops } from '../shops/shops.repository.js';
import { type LineFault, type ListedAddress, type ListLine, readLine } from './read-line.js';
import { type ListedSuppression, SuppressionList } from './suppression-list.port.js';

/** What one call may bring: about 20 MB while it is read. */
export const MAX_LINES = 100_000;
const BATCH = 1_000;
const MAX_FAULTS = 1_000;

export interface ImportReport {
  /** Without the one that names the columns. */
  readonly lines: number;
  /** Addresses that are suppressed now and weren't before, or not for everything. */
  readonly added: number;
  /** Addresses that were suppressed already; one that stands twice counts once. */
  readonly unchanged: number;
  readonly refused: number;
  readonly faults: readonly LineFault[];
  /** Faults beyond those that are told. */
  readonly omitted: number;
}

interface Listed {
  readonly rows: readonly ListedSuppression[];
  readonly lines: number;
  readonly refused: number;
  readonly faults: readonly LineFault[];
}

/**
 * Takes over a list of addresses that must not be written to. Good lines are kept beside bad ones, and the same list twice changes
 * nothing. It holds for people who are yet to come: what is kept is the hash by which everybody's address is looked up.
 */
@Injectable()
export class ImportSuppressions {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly list: SuppressionList,
    private readonly shops: Shops,
    private readonly secrets: SecretPort,
    private readonly audit: AuditTrail,
  ) {}

  /** @throws PermanentError `too_large` for more lines than one call may bring; then nothing is kept */
  async run(shopId: string, lines: AsyncIterable<ListLine | LineFault>): Promise<ImportReport> {
    const { timeZone } = await this.uow.inShop(shopId, (tx) => this.shops.read(tx));
    // all of it before anything is stored: a sender has seconds to send, the database may take its time
    const { rows, faults, ...counts } = await this.read(lines, timeZone);
    let added = 0;
    for (let from = 0; from < rows.length; from += BATCH)
      added += await this.uow.inShop(shopId, (tx) => this.list.add(tx, rows.slice(from, from + BATCH)));
    const report = { ...counts, added, unchanged: rows.length - added };
    const note = { action: 'import', subject: 'suppressions', subjectId: shopId, changes: report };
    await this.uow.inShop(shopId, (tx) => this.audit.note(tx, note));
    return { ...report, faults, omitted: counts.refused - faults.length };
  }

  private async read(lines: AsyncIterable<ListLine | LineFault>, zone: string): Promise<Listed> {
    const rows = new Map<string, ListedSuppression>();
    const faults: LineFault[] = [];
    let count = 0;
    let refused = 0;
    for await (const line of lines) {
      count += 1;
      if (count > MAX_LINES) throw tooMany();
      const listed = isFault(line) ? line : readLine(line, zone);
      if (isFault(listed)) {
        refused += 1;
        if (faults.length < MAX_FAULTS) faults.push(listed);
        continue;
      }
      const row = this.rowOf(listed);
      const key = `${row.medium}|${row.fingerprint}`;
      const before = rows.get(key);
      rows.set(key, before ? both(before, row) : row);
    }
    return { rows: [...rows.values()], lines: count, refused, faults };
  }

  private rowOf({ medium, address, reason, saidAt }: ListedAddress): ListedSuppression {
    const fingerprint = Buffer.from(this.secrets.fingerprint(address, 'address')).toString('hex');
    // who unsubscribed still hears of their order
    const scope = reason === 'unsubscribed' ? 'non_service' : 'all';
    return { medium, fingerprint, scope, reason: `${reason} imported`, saidAt, isWithdrawn: scope === 'non_service' };
  }
}

/** Of what two lines say of one address the graver, and that the person has unsubscribed, if either says so: when they last did. */
function both(one: ListedSuppression, other: ListedSuppression): ListedSuppression {
  const graver = graveness(other) > graveness(one) ? other : one;
  const withdrawn = [one, other].filter(({ isWithdrawn }) => isWithdrawn);
  if (withdrawn.length === 0) return graver;
  return { ...graver, isWithdrawn: true, saidAt: newest(withdrawn.map(({ saidAt }) => saidAt)) };
}

/** Without a day: as of now. */
function newest(days: readonly ListedSuppression['saidAt'][]): ListedSuppression['saidAt'] {
  return days.reduce((a, b) => (a === null || b === null ? null : a > b ? a : b));
}

function graveness({ scope, reason }: ListedSuppression): number {
  if (scope === 'non_service') return 0;
  return reason.startsWith('complained') ? 2 : 1;
}

function isFault(line: ListLine | LineFault | ListedAddress): line is LineFault {
  return 'field' in line;
}

function tooMany(): PermanentError {
  return new PermanentError(
    'too_large',
    `The list has more than ${MAX_LINES} lines. Nothing of it was kept; send it in parts.`,
  );
}
