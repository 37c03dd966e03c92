import { Injectable } from '@nestjs/common';
import {
  type MailDomain,
  MailDomains,
  type NewMailDomain,
  type Page,
  type PageRequest,
  type SealedDkimKey,
  type Transaction,
} from '#app/application';
import { afterCreated, pageOf } from '../connection/pages.js';
import { pg } from '../connection/pg-unit-of-work.js';

interface DomainRow {
  readonly id: string;
  readonly domain: string;
  readonly selector: string;
  readonly public_key: string;
  readonly created_at: Date;
  readonly checked_at: Date | null;
  readonly verified_at: Date | null;
}

const COLUMNS = 't.id, t.domain, t.selector, t.public_key, t.created_at, t.checked_at, t.verified_at';

@Injectable()
export class PgMailDomains extends MailDomains {
  async list(tx: Transaction, page: PageRequest): Promise<Page<MailDomain>> {
    const rows = await pg(tx).query<DomainRow>(
      `select ${COLUMNS} from app.mail_domain t where ${afterCreated('app.mail_domain', 1, page)} order by t.created_at, t.id limit $2`,
      [page.after, page.limit + 1],
    );
    return pageOf(rows, page, domainOf);
  }

  async count(tx: Transaction): Promise<number> {
    const [row] = await pg(tx).query<{ n: number }>('select count(*)::int as n from app.mail_domain');
    return row?.n ?? 0;
  }

  async find(tx: Transaction, id: string): Promise<MailDomain | null> {
    const [row] = await pg(tx).query<DomainRow>(`select ${COLUMNS} from app.mail_domain t where t.id = $1`, [id]);
    return row === undefined ? null : domainOf(row);
  }

  async insert(tx: Transaction, { id, domain, selector, publicKey, sealedKey }: NewMailDomain): Promise<void> {
    await pg(tx).run(
      `insert into app.mail_domain (shop_id, id, domain, selector, public_key, private_key)
       values (app.current_shop(), $1, $2, $3, $4, $5)`,
      [id, domain, selector, publicKey, sealedKey],
    );
  }

  claimDue(tx: Transaction, limit: number): Promise<{ shopId: string; id: string }[]> {
    return pg(tx).query(`select shop_id as "shopId", id from app.claim_mail_domains($1)`, [limit]);
  }

  async noteCheck(tx: Transaction, id: string, isFound: boolean, patience: number): Promise<boolean> {
    const touched = await pg(tx).run(
      `update app.mail_domain set checked_at = app.now(), misses = case when $2 then 0 else misses + 1 end,
         verified_at = case when $2 then coalesce(verified_at, app.now()) when misses < $3 then verified_at end,
         look_at = app.lease_now() + case
           when not $2 and (verified_at is not null or created_at > app.now() - interval '3 days') then interval '1 hour'
           else interval '1 day' end
       where id = $1`,
      [id, isFound, patience],
    );
    return touched === 1;
  }

  async remove(tx: Transaction, id: string): Promise<boolean> {
    return (await pg(tx).run('delete from app.mail_domain where id = $1', [id])) === 1;
  }

  async keys(tx: Transaction): Promise<SealedDkimKey[]> {
    return pg(tx).query<SealedDkimKey>(
      `select distinct on (domain) id, domain, selector, private_key as "sealedKey" from app.mail_domain
       where verified_at is not null order by domain, created_at desc, id desc`,
      [],
      'mail_domain_keys',
    );
  }
}

function domainOf(row: DomainRow): MailDomain {
  const { id, domain, selector } = row;
  return {
    id,
    domain,
    selector,
    publicKey: row.public_key,
    createdAt: row.created_at.getTime(),
    checkedAt: row.checked_at?.getTime() ?? null,
    verifiedAt: row.verified_at?.getTime() ?? null,
  };
}
