import type { ClockPort } from '../ports/clock.port.js';
import type { HintPort } from '../ports/hint.port.js';
import { AcceptEvents } from './accept-event.use-case.js';
import type { InboxPort, ReceivedBody, StoredBody } from './inbox.port.js';

const bodyOf = (n: number): ReceivedBody => ({
  shopId: 's',
  sourceId: 's',
  kind: 'api',
  dedupeKey: `k${n}`,
  headers: {},
  body: '{}',
});
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** An inbox whose commits end when the test says so, and a clock that the test moves. */
function rig() {
  const commits: { size: number; end: (error?: Error) => void }[] = [];
  const hints: string[] = [];
  let nowMs = 0;
  let wake: (() => void)[] = [];
  const inbox = {
    store: (bodies: readonly ReceivedBody[]) =>
      new Promise<StoredBody[]>((resolve, reject) => {
        const stored = bodies.map(({ dedupeKey }): StoredBody => ({ eventId: dedupeKey, outcome: 'accepted' }));
        commits.push({ size: bodies.length, end: (error) => (error ? reject(error) : resolve(stored)) });
      }),
  } as unknown as InboxPort;
  const clock = {
    monotonicMs: () => nowMs,
    sleep: () => new Promise<void>((resolve) => wake.push(resolve)),
  } as unknown as ClockPort;
  const events = new AcceptEvents(inbox, { hint: (queue: string) => hints.push(queue) } as unknown as HintPort, clock);
  const pass = async (ms: number): Promise<void> => {
    nowMs += ms;
    const due = wake;
    wake = [];
    for (const resolve of due) resolve();
    await settled();
  };
  return { events, commits, hints, pass };
}

describe('the grouped commit', () => {
  it('commits a single body at once and hints after the commit', async () => {
    const { events, commits, hints } = rig();
    const answer = events.accept(bodyOf(1));
    expect(commits.map(({ size }) => size)).toEqual([1]);
    expect(hints).toEqual([]);
    commits[0]?.end();
    expect(await answer).toEqual({ eventId: 'k1', outcome: 'accepted' });
    expect(hints).toEqual(['intake']);
  });

  it('gathers bodies while four commits are under way and gives each caller its own answer', async () => {
    const { events, commits } = rig();
    const answers = Array.from({ length: 300 }, (_, n) => events.accept(bodyOf(n)));
    expect(commits.map(({ size }) => size)).toEqual([1, 1, 1, 1]);
    commits[0]?.end();
    await settled();
    expect(commits.map(({ size }) => size)).toEqual([1, 1, 1, 1, 200]);
    commits[4]?.end();
    await settled();
    expect(commits.at(-1)?.size).toBe(96);
    for (const commit of commits) commit.end();
    expect((await Promise.all(answers)).map(({ eventId }) => eventId)).toEqual(
      Array.from({ length: 300 }, (_, n) => `k${n}`),
    );
  });

  it('passes a failed commit on to its callers and goes on with the next', async () => {
    const { events, commits } = rig();
    const first = events.accept(bodyOf(1));
    commits[0]?.end(new Error('away'));
    await expect(first).rejects.toThrow('away');
    const second = events.accept(bodyOf(2));
    commits[1]?.end();
    expect(await second).toMatchObject({ eventId: 'k2' });
  });

  it('refuses more than 2,000 waiting bodies, and a batch that does not fit as a whole', async () => {
    const { events, commits } = rig();
    const waiting = Array.from({ length: 2_004 }, (_, n) => events.accept(bodyOf(n)));
    await expect(events.accept(bodyOf(9_999))).rejects.toMatchObject({ code: 'unavailable', retryAfterS: 2 });
    await expect(events.acceptAll([bodyOf(1), bodyOf(2)])).rejects.toMatchObject({ code: 'unavailable' });
    for (let index = 0; index < commits.length; index += 1) {
      commits[index]?.end();
      await settled();
    }
    expect(await Promise.all(waiting)).toHaveLength(2_004);
  });

  it('refuses after two seconds what waits and what is under way', async () => {
    const { events, commits, pass } = rig();
    const answers = Array.from({ length: 6 }, (_, n) => events.accept(bodyOf(n)));
    const refused = Promise.allSettled(answers);
    await pass(1_900);
    await pass(200);
    expect((await refused).map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'rejected'));
    for (const commit of commits) commit.end();
    await settled();
    expect(commits).toHaveLength(4);
  });
});
