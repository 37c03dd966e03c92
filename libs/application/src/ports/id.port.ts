/** New identifiers: random, and ordered by time so that indexes stay dense (UUID version 7). */
export abstract class IdPort {
  abstract next(): string;
}
