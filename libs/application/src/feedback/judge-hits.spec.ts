import { type LinkHit, machineHits } from './judge-hits.js';

const HANDED = 1_000_000;
const hit = (id: string, position: number, afterMs: number, isRobot = false): LinkHit => ({
  id,
  position,
  seenAt: HANDED + afterMs,
  at: HANDED + afterMs,
  isRobot,
});
const judged = (...hits: LinkHit[]) => [...machineHits(hits, 'email', HANDED)].toSorted();

describe('who follows a link', () => {
  it('is a person who reads first, and comes back', () => {
    expect(judged(hit('a', 0, 60_000), hit('b', 0, 61_000), hit('c', 1, 90_000), hit('d', 2, 95_000))).toEqual([]);
  });

  it('is a machine that comes with the mail, follows every link at once, or says so', () => {
    expect(judged(hit('a', 0, 1_200))).toEqual(['a']);
    expect(judged(hit('a', 0, 60_000), hit('b', 1, 60_300), hit('c', 2, 60_900))).toEqual(['a', 'b', 'c']);
    expect(judged(hit('a', 0, 60_000, true), hit('b', 0, 61_000))).toEqual(['a']);
  });

  it('is a person after the machine has gone', () => {
    const swarm = [0, 1, 2, 3].map((position) => hit(`m${position}`, position, 1_000 + position * 100));
    expect(judged(...swarm, hit('person', 1, 400_000))).toEqual(['m0', 'm1', 'm2', 'm3']);
  });

  it('is a person where a text message is answered at once, and where the clock stands still', () => {
    expect([...machineHits([hit('a', 0, 1_200)], 'sms', HANDED)]).toEqual([]);
    expect(judged(hit('a', 0, 0))).toEqual([]);
    expect([...machineHits([hit('a', 0, 1_200)], 'email', null)]).toEqual([]);
  });
});
