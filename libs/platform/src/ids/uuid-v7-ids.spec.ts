import { UuidV7Ids } from './uuid-v7-ids.js';

describe('UuidV7Ids', () => {
  it('gives ids of version 7 that are all different and in order', () => {
    const source = new UuidV7Ids();
    const ids = Array.from({ length: 2000 }, () => source.next());
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(ids.toSorted());
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
