import { Injectable } from '@nestjs/common';
import { type Fault, type Json, type Medium, PermanentError } from '#app/domain';
import { type ChannelKindInfo, Channels } from '../delivery/channel.js';
import { IdPort } from '../ports/id.port.js';
import type { Page, PageRequest } from '../ports/page.js';
import { SecretPort } from '../ports/secret.port.js';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { accountContext, type AccountLimits, type ProviderAccount } from './provider-account.js';
import { ProviderAccounts, type StoredAccount } from './provider-accounts.repository.js';

export interface NewAccount extends AccountLimits {
  readonly medium: Medium;
  readonly channel: string;
  readonly name: string;
  readonly settings: Json;
  readonly weight: number;
}

/** What is left out stays as it is. */
export interface AccountChange extends Partial<Omit<NewAccount, 'medium' | 'channel'>> {
  readonly isPaused?: boolean;
}

/** An account as people see it: where it leads, and no secret. */
export interface AccountView extends ProviderAccount {
  readonly leadsTo: string;
  /** Today (UTC), of what counts against a limit. */
  readonly handedToday: number;
}

/** A shop's own accounts at mail servers and SMS providers. Changes reach the workers within seconds. */
@Injectable()
export class ManageProviderAccounts {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly accounts: ProviderAccounts,
    private readonly channels: Channels,
    private readonly secrets: SecretPort,
    private readonly ids: IdPort,
  ) {}

  kinds(): readonly ChannelKindInfo[] {
    return this.channels.kinds();
  }

  async list(shopId: string, page: PageRequest): Promise<Page<AccountView>> {
    const { items, next } = await this.unitOfWork.inShop(shopId, (tx) => this.accounts.list(tx, page));
    return { items: items.map((account) => this.view(account)), next };
  }

  async read(shopId: string, id: string): Promise<AccountView> {
    const account = await this.unitOfWork.inShop(shopId, (tx) => this.accounts.find(tx, id));
    if (account === null) throw noAccount(id);
    return this.view(account);
  }

  /** @throws PermanentError `validation` with a fault for each setting that is wrong */
  async create(shopId: string, { settings, ...account }: NewAccount): Promise<AccountView> {
    this.check(account.channel, settings, account.medium);
    const id = this.ids.next();
    const sealedSettings = this.seal(id, settings);
    await this.unitOfWork.inShop(shopId, (tx) =>
      this.accounts.insert(tx, { ...account, id, sealedSettings, isPaused: false }),
    );
    return this.read(shopId, id);
  }

  async change(shopId: string, id: string, { settings, ...change }: AccountChange): Promise<AccountView> {
    await this.unitOfWork.inShop(shopId, async (tx) => {
      const account = await this.accounts.lock(tx, id);
      if (account === null) throw noAccount(id);
      if (settings !== undefined) this.check(account.channel, settings, account.medium);
      const sealedSettings = settings === undefined ? account.sealedSettings : this.seal(id, settings);
      await this.accounts.update(tx, { ...account, ...change, sealedSettings });
    });
    return this.read(shopId, id);
  }

  /** Messages that went by it keep its id. Without another account the shop's messages go by that of the installation. */
  remove(shopId: string, id: string): Promise<void> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      if ((await this.accounts.lock(tx, id)) === null) throw noAccount(id);
      await this.accounts.remove(tx, id);
    });
  }

  private check(channel: string, settings: Json, medium: Medium): void {
    const faults: readonly Fault[] = this.channels.faultsOf(channel, settings, medium);
    if (faults.length === 0) return;
    throw new PermanentError(
      'validation',
      'The account was not accepted. Mend the named fields and send it again; GET /api/v1/channel-kinds has their schemas.',
      { faults },
    );
  }

  private seal(id: string, settings: Json): string {
    return this.secrets.seal(JSON.stringify(settings), accountContext(id));
  }

  private view({ sealedSettings, ...account }: StoredAccount): AccountView {
    const settings = JSON.parse(this.secrets.open(sealedSettings, accountContext(account.id))) as Json;
    return { ...account, leadsTo: this.channels.outline(account.channel, settings) };
  }
}

function noAccount(id: string): PermanentError {
  return new PermanentError(
    'not_found',
    `This shop has no provider account ${id}. GET /api/v1/provider-accounts lists them.`,
  );
}
