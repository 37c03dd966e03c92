import { Injectable } from '@nestjs/common';
import {
  DEFAULT_LINKS,
  DEFAULT_TEXTS,
  type LinkSettingsOfShop,
  NO_LETTERHEAD,
  NO_SENDER,
  Shops,
  type ShopSender,
  type ShopSettings,
  type TextSettings,
  type Transaction,
} from '#app/application';
import {
  type ContactRules,
  DEFAULT_CONTACT_RULES,
  type Letterhead,
  type Medium,
  PermanentError,
  type ShopFacts,
} from '#app/domain';
import { pg } from '../connection/pg-unit-of-work.js';

interface ShopRow {
  readonly id: string;
  readonly name: string;
  readonly time_zone: string;
  readonly currency: string;
  readonly locale: string;
}

@Injectable()
export class PgShops extends Shops {
  async read(tx: Transaction): Promise<ShopFacts> {
    const [row] = await pg(tx).query<ShopRow>(
      'select id, name, time_zone, currency, locale from app.shop where id = app.current_shop()',
    );
    if (row === undefined) throw new PermanentError('not_found', 'This shop does not exist.');
    return { id: row.id, name: row.name, timeZone: row.time_zone, currency: row.currency, locale: row.locale };
  }

  async insert(tx: Transaction, shop: ShopFacts): Promise<void> {
    await pg(tx).run('insert into app.shop (id, name, time_zone, currency, locale) values ($1, $2, $3, $4, $5)', [
      shop.id,
      shop.name,
      shop.timeZone,
      shop.currency,
      shop.locale,
    ]);
  }

  async change(tx: Transaction, { name, timeZone, currency, locale }: Partial<ShopSettings>): Promise<void> {
    await pg(tx).run(
      `update app.shop set name = coalesce($1, name), time_zone = coalesce($2, time_zone), currency = coalesce($3, currency),
         locale = coalesce($4, locale) where id = app.current_shop()`,
      [name ?? null, timeZone ?? null, currency ?? null, locale ?? null],
    );
  }

  async contactRules(tx: Transaction): Promise<ContactRules> {
    const [row] = await pg(tx).query<{ rules: Partial<ContactRules> | null }>(
      'select contact_rules as rules from app.shop where id = app.current_shop()',
    );
    return { ...DEFAULT_CONTACT_RULES, ...row?.rules };
  }

  async changeContactRules(tx: Transaction, change: Partial<ContactRules> | null): Promise<void> {
    await pg(tx).run(
      `update app.shop set contact_rules = case when $1::jsonb is not null then coalesce(contact_rules, '{}') || $1::jsonb end
       where id = app.current_shop()`,
      [change && JSON.stringify(change)],
    );
  }

  async resendUnknown(tx: Transaction): Promise<readonly Medium[]> {
    const [row] = await pg(tx).query<{ media: Medium[] }>(
      'select resend_unknown as media from app.shop where id = app.current_shop()',
    );
    return row?.media ?? [];
  }

  async changeResendUnknown(tx: Transaction, media: readonly Medium[]): Promise<void> {
    await pg(tx).run('update app.shop set resend_unknown = $1 where id = app.current_shop()', [[...new Set(media)]]);
  }

  async doubleOptIn(tx: Transaction): Promise<readonly Medium[]> {
    const [row] = await pg(tx).query<{ media: Medium[] }>(
      'select double_opt_in as media from app.shop where id = app.current_shop()',
      [],
      'shop_double_opt_in',
    );
    return row?.media ?? [];
  }

  async changeDoubleOptIn(tx: Transaction, media: readonly Medium[]): Promise<void> {
    await pg(tx).run('update app.shop set double_opt_in = $1 where id = app.current_shop()', [[...new Set(media)]]);
  }

  async sender(tx: Transaction): Promise<ShopSender> {
    const [row] = await pg(tx).query<{ sender: Partial<ShopSender> }>(
      'select sender from app.shop where id = app.current_shop()',
      [],
      'shop_sender',
    );
    return { ...NO_SENDER, ...row?.sender };
  }

  async changeSender(tx: Transaction, change: Partial<ShopSender> | null): Promise<void> {
    await pg(tx).run(
      `update app.shop set sender = case when $1::jsonb is null then '{}' else jsonb_strip_nulls(sender || $1::jsonb) end
       where id = app.current_shop()`,
      [change && JSON.stringify(change)],
    );
  }

  async letterhead(tx: Transaction): Promise<Letterhead> {
    const [row] = await pg(tx).query<{ letterhead: Partial<Letterhead> }>(
      'select letterhead from app.shop where id = app.current_shop()',
    );
    return { ...NO_LETTERHEAD, ...row?.letterhead };
  }

  async changeLetterhead(tx: Transaction, change: Partial<Letterhead> | null): Promise<void> {
    await pg(tx).run(
      `update app.shop set letterhead = case when $1::jsonb is null then '{}' else jsonb_strip_nulls(letterhead || $1::jsonb) end
       where id = app.current_shop()`,
      [change && JSON.stringify(change)],
    );
  }

  async links(tx: Transaction): Promise<LinkSettingsOfShop> {
    const [row] = await pg(tx).query<{ links: Partial<LinkSettingsOfShop> }>(
      'select links from app.shop where id = app.current_shop()',
      [],
      'shop_links',
    );
    return { ...DEFAULT_LINKS, ...row?.links };
  }

  async changeLinks(tx: Transaction, change: Partial<LinkSettingsOfShop> | null): Promise<void> {
    await pg(tx).run(
      `update app.shop set links = case when $1::jsonb is null then '{}' else links || $1::jsonb end
       where id = app.current_shop()`,
      [change && JSON.stringify(change)],
    );
  }

  async texts(tx: Transaction): Promise<TextSettings> {
    const [row] = await pg(tx).query<{ texts: Partial<TextSettings> }>(
      'select texts from app.shop where id = app.current_shop()',
      [],
      'shop_texts',
    );
    return { ...DEFAULT_TEXTS, ...row?.texts };
  }

  async changeTexts(tx: Transaction, change: Partial<TextSettings> | null): Promise<void> {
    await pg(tx).run(
      `update app.shop set texts = case when $1::jsonb is null then '{}' else texts || $1::jsonb end
       where id = app.current_shop()`,
      [change && JSON.stringify(change)],
    );
  }

  async lockFirst(tx: Transaction): Promise<void> {
    await pg(tx).run(`select pg_advisory_xact_lock(hashtextextended('first-shop', 0))`);
  }

  async findFirst(tx: Transaction): Promise<string | null> {
    const [row] = await pg(tx).query<{ id: string | null }>('select app.first_shop() as id');
    return row?.id ?? null;
  }

  async findAll(tx: Transaction): Promise<readonly string[]> {
    const rows = await pg(tx).query<{ id: string }>('select id from app.shop_ids() id');
    return rows.map(({ id }) => id);
  }
}
