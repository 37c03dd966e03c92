import { Injectable } from '@nestjs/common';
import { ProviderHealthStore } from '#app/application';

/** Providers that are left alone because they are sick: for operators. */
@Injectable()
export class SickProviders {
  constructor(private readonly store: ProviderHealthStore) {}

  async open(): Promise<number> {
    const { channels } = await this.store.read();
    return [...channels.values()].filter(({ health }) => health.state !== 'closed').length;
  }

  /** For readiness. @throws while one is sick: the process works all the same, and messages wait */
  async check(): Promise<void> {
    const open = await this.open();
    if (open > 0) throw new Error(`${open} providers are sick`);
  }
}
