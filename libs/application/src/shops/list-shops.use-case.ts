import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../ports/unit-of-work.port.js';
import { Shops } from './shops.repository.js';

/** For commands that concern the whole installation. */
@Injectable()
export class ListShops {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly shops: Shops,
  ) {}

  /** Ids, the first shop first. */
  run(): Promise<readonly string[]> {
    return this.unitOfWork.acrossShops((tx) => this.shops.findAll(tx));
  }
}
