import { type Instant, type IsoDate, localDate } from '#app/domain';

/** Zones differ by whole quarters of an hour, and so do their changes. */
const QUARTER_MS = 900_000;

/** Days on the shop's wall, each quarter of an hour looked up once. */
export class ShopDays {
  private readonly days = new Map<number, IsoDate>();

  constructor(private readonly timeZone: string) {}

  of(at: Instant): IsoDate {
    const quarter = Math.floor(at / QUARTER_MS);
    const known = this.days.get(quarter);
    if (known !== undefined) return known;
    const day = localDate(at, this.timeZone);
    this.days.set(quarter, day);
    return day;
  }
}
