import { Injectable } from '@nestjs/common';
import { ClockPort, type RegisteredSource, SecretPort, SourceDirectory } from '#app/application';
import { DataSource } from 'typeorm';
import { queryAlone } from '../connection/query-alone.js';

/** A rotated or deleted source is felt after this long at the latest. */
const MAX_AGE_MS = 1_000;
/** Misses are remembered too; beyond this many entries the memory starts anew. */
const MAX_ENTRIES = 5_000;

const FIND = 'select shop_id, id, kind, secrets, settings, app.lease_now() as wall from app.find_source($1)';

interface SourceRow {
  shop_id: string;
  id: string;
  kind: string;
  secrets: string;
  settings: unknown;
  wall: Date;
}

interface Entry {
  readonly untilMs: number;
  readonly source: Promise<RegisteredSource | null>;
}

/** A secret as it is kept, sealed, with the source; `notAfter` is set once it was rotated out. */
interface KeptSecret {
  readonly secret: string;
  readonly notAfter: string | null;
}

@Injectable()
export class PgSourceDirectory extends SourceDirectory {
  private readonly entries = new Map<string, Entry>();
  /** Wall time of the database less our monotonic time. */
  private wallOffsetMs = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly secrets: SecretPort,
    private readonly clock: ClockPort,
  ) {
    super();
  }

  find(sourceId: string): Promise<RegisteredSource | null> {
    const nowMs = this.clock.monotonicMs();
    const known = this.entries.get(sourceId);
    if (known && known.untilMs > nowMs) return known.source;
    if (this.entries.size >= MAX_ENTRIES) this.entries.clear();
    const entry: Entry = { untilMs: nowMs + MAX_AGE_MS, source: this.read(sourceId) };
    this.entries.set(sourceId, entry);
    entry.source.catch(() => this.forget(sourceId, entry));
    return entry.source;
  }

  wallMs(): number {
    return this.clock.monotonicMs() + this.wallOffsetMs;
  }

  private forget(sourceId: string, entry: Entry): void {
    if (this.entries.get(sourceId) === entry) this.entries.delete(sourceId);
  }

  private async read(sourceId: string): Promise<RegisteredSource | null> {
    const [row] = await queryAlone<SourceRow>(this.dataSource, FIND, [sourceId], 'source_find');
    if (!row) return null;
    const wallMs = row.wall.getTime();
    this.wallOffsetMs = wallMs - this.clock.monotonicMs();
    const kept = JSON.parse(this.secrets.open(row.secrets, `source|${row.id}`)) as KeptSecret[];
    const valid = kept.filter(({ notAfter }) => notAfter === null || Date.parse(notAfter) > wallMs);
    return {
      shopId: row.shop_id,
      id: row.id,
      kind: row.kind,
      secrets: valid.map(({ secret }) => secret),
      settings: row.settings,
    };
  }
}
