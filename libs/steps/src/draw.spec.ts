import { createHash } from 'node:crypto';
import { drawOf } from './draw.js';

describe('drawOf', () => {
  it('takes the first 53 bits of the SHA-256 of its parts', () => {
    const bytes = createHash('sha256')
      .update(JSON.stringify(['zoë', 'how-to', 'lot']))
      .digest();
    expect(drawOf(['zoë', 'how-to', 'lot'])).toBe((Number(bytes.readBigUInt64BE() >> 11n) + 0.5) / 2 ** 53);
  });

  it('never changes, since it says who is in which arm', () => {
    expect([drawOf(['c1', 'how-to', 'lot']), drawOf(['c1', 'how-to', 'lot', 'a'])]).toEqual([
      0.3391580527957145, 0.5983418944869827,
    ]);
  });

  it('keeps parts apart', () => {
    expect(drawOf(['ab', 'c'])).not.toBe(drawOf(['a', 'bc']));
  });
});
