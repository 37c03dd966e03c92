import type { Instant } from '#app/domain';

interface Due<T> {
  readonly at: Instant;
  readonly place: number;
  readonly item: T;
}

/** What falls due when, the earliest first; equal times in the order in which they were added. A binary heap. */
export class DueQueue<T> {
  private readonly heap: Due<T>[] = [];
  private added = 0;

  /** When the next item falls due; infinite when there is none. */
  get nextAt(): Instant {
    return this.heap[0]?.at ?? Infinity;
  }

  add(at: Instant, item: T): void {
    this.added += 1;
    const due = { at, place: this.added, item };
    let index = this.heap.push(due) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(due, this.heap[parent])) break;
      this.heap[index] = this.heap[parent] as Due<T>;
      index = parent;
    }
    this.heap[index] = due;
  }

  /** The item that falls due next, with its time. */
  take(): { readonly at: Instant; readonly item: T } | undefined {
    const first = this.heap[0];
    const last = this.heap.pop();
    if (first && last && first !== last) this.sink(last);
    return first;
  }

  private sink(due: Due<T>): void {
    const { heap } = this;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child += 1;
      if (!isBefore(heap[child], due)) break;
      heap[index] = heap[child] as Due<T>;
      index = child;
    }
    heap[index] = due;
  }
}

function isBefore<T>(a: Due<T> | undefined, b: Due<T> | undefined): boolean {
  if (!a || !b) return a !== undefined;
  return a.at < b.at || (a.at === b.at && a.place < b.place);
}
