import { Injectable, Logger } from '@nestjs/common';
import type { Instant, Json, Medium } from '#app/domain';
import { type Channel, Channels } from '../delivery/channel.js';
import { ClockPort } from '../ports/clock.port.js';
import { SecretPort } from '../ports/secret.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { AccountDirectory } from './account-directory.port.js';
import { accountContext, type LiveAccount } from './provider-account.js';
import type { Route } from './route.js';

/** A change of an account takes effect within this time. */
const KNOWN_FOR_MS = 5_000;

interface Known {
  readonly readAtMs: number;
  /** Of shops with accounts of their own; empty while none of them can be used. */
  readonly ofShops: ReadonlyMap<string, readonly Route[]>;
}

interface Opened {
  readonly changedAt: Instant;
  /** Null when it can't be set up. */
  readonly channel: Channel | null;
}

/** By which accounts messages may go: a shop's own where it has some, else that of the installation. */
@Injectable()
export class Routes {
  private readonly logger = new Logger(Routes.name);
  private readonly known = new Map<Medium, Known>();
  private readonly opened = new Map<string, Opened>();

  constructor(
    private readonly uow: UnitOfWork,
    private readonly directory: AccountDirectory,
    private readonly channels: Channels,
    private readonly secrets: SecretPort,
    private readonly clock: ClockPort,
  ) {}

  /** Of the installation. */
  usual(medium: Medium): Route {
    const channel = this.channels.forMedium(medium);
    return { key: channel.code, accountId: null, channel, weight: 1, limits: null };
  }

  /** Of shops with accounts of their own; a shop whose accounts can't be used has none, and its messages wait. */
  async ofShops(medium: Medium): Promise<ReadonlyMap<string, readonly Route[]>> {
    const known = this.known.get(medium);
    if (known && this.clock.monotonicMs() - known.readAtMs < KNOWN_FOR_MS) return known.ofShops;
    const accounts = await this.uow.acrossShops((tx) => this.directory.list(tx, medium));
    const ofShops = new Map<string, Route[]>();
    for (const account of accounts) {
      const routes = ofShops.get(account.shopId) ?? [];
      ofShops.set(account.shopId, routes);
      const channel = this.open(account, medium);
      if (channel === null || account.isPaused) continue;
      const { id, weight, perSecond, perDay, warmUp } = account;
      const isLimited = perSecond !== null || perDay !== null || warmUp !== null;
      const limits = isLimited ? { perSecond, perDay, warmUp } : null;
      routes.push({ key: id, accountId: id, channel, weight, limits });
    }
    await this.closeAllBut(accounts, medium);
    this.known.set(medium, { readAtMs: this.clock.monotonicMs(), ofShops });
    return ofShops;
  }

  /** The channel by which a message went; undefined when it isn't there any more. */
  async channelOf(shopId: string, medium: Medium, accountId: string | null): Promise<Channel | undefined> {
    if (accountId === null) return this.channels.forMedium(medium);
    const routes = (await this.ofShops(medium)).get(shopId) ?? [];
    return routes.find((route) => route.accountId === accountId)?.channel;
  }

  /** One that can't be opened holds up nobody else's messages. */
  private open({ id, channel: code, sealedSettings, changedAt }: LiveAccount, medium: Medium): Channel | null {
    const before = this.opened.get(id);
    if (before?.changedAt === changedAt) return before.channel;
    let channel: Channel | null = null;
    try {
      const settings = JSON.parse(this.secrets.open(sealedSettings, accountContext(id))) as Json;
      channel = this.channels.open(code, settings, medium);
    } catch (error) {
      this.logger.error({ account: id, error: String(error) }, 'A provider account cannot be set up; messages wait');
    }
    void before?.channel?.close();
    this.opened.set(id, { changedAt, channel });
    return channel;
  }

  /** Connections of accounts that are gone end with what is under way on them. */
  private async closeAllBut(accounts: readonly LiveAccount[], medium: Medium): Promise<void> {
    const ids = new Set(accounts.map(({ id }) => id));
    for (const [id, { channel }] of this.opened) {
      if (channel?.medium !== medium || ids.has(id)) continue;
      this.opened.delete(id);
      await channel.close();
    }
  }
}
