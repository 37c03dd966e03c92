import { Injectable } from '@nestjs/common';
import type { Instant, Medium } from '#app/domain';
import type { DueMessage } from '../delivery/delivery-store.port.js';
import { ProviderGuard } from '../delivery/provider-guard.js';
import { ClockPort } from '../ports/clock.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { AccountDirectory } from './account-directory.port.js';
import { dailyLimit } from './provider-account.js';
import { inOrderFor, type Route } from './route.js';
import { Routes } from './routes.js';

/** An account whose day is over is asked again after this time, or when the next day begins. */
const ASK_AGAIN_MS = 60_000;
const DAY_MS = 86_400_000;
/** What waited for the next day doesn't come back all at once. */
const MORNING_MS = 600_000;
/** What no account takes now is looked at again after about this time. */
const PAUSE_MS = 5_000;
const MIN_PAUSE_MS = 200;

/** Which shops' messages are to be claimed together. */
export interface Pool {
  /** Null: of all shops but `except`. */
  readonly only: readonly string[] | null;
  readonly except: readonly string[];
  /** The one that all of them go by; null: each shop has its own. */
  readonly route: Route | null;
}

/** Messages that no account takes now. */
export interface Stranded<T> {
  readonly items: readonly T[];
  readonly reason: 'provider-day-over' | 'provider-busy';
  /** Business time at which they are tried again. */
  readonly until: Instant;
}

export interface Assignment<T> {
  readonly ready: readonly { readonly route: Route; readonly items: readonly T[] }[];
  readonly stranded: Stranded<T> | null;
}

/** Says by which account each message goes, within what the accounts may be given. */
@Injectable()
export class AssignRoutes {
  /** Accounts that have nothing more to give, until this time of the monotonic clock. */
  private readonly emptyUntilMs = new Map<string, number>();
  /** The day that is over, by account. */
  private readonly daysOver = new Map<string, number>();

  constructor(
    private readonly routes: Routes,
    private readonly guard: ProviderGuard,
    private readonly uow: UnitOfWork,
    private readonly directory: AccountDirectory,
    private readonly clock: ClockPort,
  ) {}

  /** Shops whose accounts all are sick or used up are in none: their messages stay as they are. */
  async pools(medium: Medium): Promise<Pool[]> {
    const ofShops = await this.routes.ofShops(medium);
    const usual: Pool = { only: null, except: [...ofShops.keys()], route: this.routes.usual(medium) };
    const only: string[] = [];
    for (const [shopId, routes] of ofShops) if (await this.hasRoom(routes)) only.push(shopId);
    return only.length === 0 ? [usual] : [usual, { only, except: [], route: null }];
  }

  /** Each message by the first of its accounts that takes it. */
  async run<T extends { readonly message: DueMessage }>(
    shopId: string,
    medium: Medium,
    items: readonly T[],
  ): Promise<Assignment<T>> {
    const routes = (await this.routes.ofShops(medium)).get(shopId);
    if (!routes) return { ready: [{ route: this.routes.usual(medium), items }], stranded: null };
    const ready: { route: Route; items: readonly T[] }[] = [];
    let left = items.map((item) => ({ item, order: inOrderFor(routes, item.message.key, item.message.attempts) }));
    const now = items[0]?.message.now ?? 0;
    for (let round = 0; round < routes.length && left.length > 0; round += 1) {
      const refused: typeof left = [];
      for (const route of routes) {
        const wanting = left.filter(({ order }) => order[round] === route);
        const room = wanting.length === 0 ? 0 : await this.take(shopId, route, wanting.length, now);
        if (room > 0) ready.push({ route, items: wanting.slice(0, room).map(({ item }) => item) });
        refused.push(...wanting.slice(room));
      }
      left = refused;
    }
    const stranded = left.map(({ item }) => item);
    return { ready, stranded: stranded.length === 0 ? null : this.strand(stranded, routes, now) };
  }

  private async hasRoom(routes: readonly Route[]): Promise<boolean> {
    for (const { key } of routes) if (!this.isEmpty(key) && (await this.guard.mayTry(key))) return true;
    return false;
  }

  private isEmpty(key: string): boolean {
    return (this.emptyUntilMs.get(key) ?? 0) > this.clock.monotonicMs();
  }

  /** How many of so many messages it takes now. */
  private async take(shopId: string, route: Route, wanted: number, now: Instant): Promise<number> {
    const { key, accountId, limits } = route;
    if (this.isEmpty(key)) return 0;
    const { messages } = await this.guard.admit(key, wanted);
    if (messages === 0 || limits === null || accountId === null) return messages;
    const { perSecond } = limits;
    const { granted, isDayOver } = await this.uow.inShop(shopId, (tx) =>
      this.directory.take(tx, accountId, messages, perSecond, dailyLimit(limits, now)),
    );
    if (granted < messages) {
      const waitMs = isDayOver ? ASK_AGAIN_MS : Math.max(MIN_PAUSE_MS, 1_000 / (perSecond ?? 1));
      this.emptyUntilMs.set(key, this.clock.monotonicMs() + waitMs);
      if (isDayOver) this.daysOver.set(key, Math.floor(now / DAY_MS));
    }
    return granted;
  }

  private strand<T>(items: readonly T[], routes: readonly Route[], now: Instant): Stranded<T> {
    const today = Math.floor(now / DAY_MS);
    const isDayOver = routes.length > 0 && routes.every(({ key }) => this.daysOver.get(key) === today);
    if (isDayOver) {
      const morning = (today + 1) * DAY_MS + Math.round(Math.random() * MORNING_MS);
      return { items, reason: 'provider-day-over', until: morning };
    }
    return { items, reason: 'provider-busy', until: now + Math.round(Math.random() * PAUSE_MS) };
  }
}
