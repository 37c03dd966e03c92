import { type ContactBooks, ContactStore } from '#app/application';

/** Waits, once the books are read, until the test goes on. */
export class SlowBooks extends ContactStore {
  private arrive = (): void => {};
  private leave = (): void => {};
  readonly arrived = new Promise<void>((resolve) => (this.arrive = resolve));
  private readonly left = new Promise<void>((resolve) => (this.leave = resolve));

  constructor(private readonly real: ContactStore) {
    super();
  }

  goOn(): void {
    this.leave();
  }

  async books(...args: Parameters<ContactStore['books']>): Promise<ContactBooks> {
    const books = await this.real.books(...args);
    this.arrive();
    await this.left;
    return books;
  }
}
