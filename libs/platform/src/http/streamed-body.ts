import type { Readable } from 'node:stream';
import { PermanentError } from '#app/domain';

const MIB = 1024 * 1024;
/** A hundred thousand lines of a list, and some room. */
const MAX_MIB = 16;

/** A body that is read piece by piece, by whoever wants to and once. */
export class StreamedBody implements AsyncIterable<Uint8Array> {
  constructor(private readonly payload: Readable) {}

  /** @throws PermanentError `too_large` as soon as there is more than a body may have */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    // whoever has read enough must be able to say so: the connection stays
    for await (const piece of this.payload.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      bytes += piece.byteLength;
      if (bytes > MAX_MIB * MIB)
        throw new PermanentError('too_large', `The body has more than ${MAX_MIB} MB. Send it in parts.`);
      yield piece;
    }
  }
}
