import { Injectable } from '@nestjs/common';
import type { ShopFacts } from '#app/domain';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { Shops, type ShopSettings } from './shops.repository.js';

@Injectable()
export class ManageShop {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly shops: Shops,
  ) {}

  read(shopId: string): Promise<ShopFacts> {
    return this.unitOfWork.inShop(shopId, (tx) => this.shops.read(tx));
  }

  change(shopId: string, settings: Partial<ShopSettings>): Promise<ShopFacts> {
    return this.unitOfWork.inShop(shopId, async (tx) => {
      await this.shops.change(tx, settings);
      return this.shops.read(tx);
    });
  }
}
