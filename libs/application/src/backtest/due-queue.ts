import type { Instant } from '#app/domain';
import TinyQueue from 'tinyqueue';

interface Due<T> {
  readonly at: Instant;
  readonly place: number;
  readonly item: T;
}

/** What falls due when, the earliest first; equal times in the order in which they were added. */
export class DueQueue<T> {
  private readonly heap = new TinyQueue<Due<T>>([], (a, b) => a.at - b.at || a.place - b.place);
  private added = 0;

  /** When the next item falls due; infinite when there is none. */
  get nextAt(): Instant {
    return this.heap.peek()?.at ?? Infinity;
  }

  add(at: Instant, item: T): void {
    this.added += 1;
    this.heap.push({ at, place: this.added, item });
  }

  /** The item that falls due next, with its time. */
  take(): { readonly at: Instant; readonly item: T } | undefined {
    return this.heap.pop();
  }
}
