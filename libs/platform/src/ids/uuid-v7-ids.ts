import { Injectable } from '@nestjs/common';
import { IdPort } from '#app/application';
import { v7 } from 'uuid';

/** Ids carry the wall time of their making, also while the clock is virtual: they order indexes, nothing else. */
@Injectable()
export class UuidV7Ids extends IdPort {
  next(): string {
    return v7();
  }
}
