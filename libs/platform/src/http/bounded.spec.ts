import { setTimeout as sleep } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { bounded, type Room } from './bounded.js';

const UNAVAILABLE = 503;

/** A route whose requests stay in hand until they are let go, in the order they came in. */
class Doorstep {
  readonly app: FastifyInstance = Fastify();
  readonly begun: string[] = [];
  private readonly held: (() => void)[] = [];

  constructor(room: Room) {
    this.app.post('/:name', { preValidation: bounded(room) }, async (request) => {
      this.begun.push((request.params as { name: string }).name);
      await new Promise<void>((resolve) => this.held.push(resolve));
      return 'stored';
    });
  }

  async post(name: string) {
    const { statusCode, headers } = await this.app.inject({ method: 'POST', url: `/${name}` });
    return { status: statusCode, retryAfter: headers['retry-after'] };
  }

  async until(count: number): Promise<void> {
    while (this.begun.length < count) await new Promise(setImmediate);
  }

  letGo(count = this.held.length): void {
    for (const end of this.held.splice(0, count)) end();
  }
}

describe('a route with room for two', () => {
  it('refuses who finds the line full, and says when to come again: not to all the same', async () => {
    const doorstep = new Doorstep({ atOnce: 2, waiting: 0, patienceMs: 10_000 });
    const inHand = [doorstep.post('first'), doorstep.post('second')];
    await doorstep.until(2);
    for (const retryAfter of ['1', '2', '3', '1']) {
      expect(await doorstep.post('another')).toEqual({ status: UNAVAILABLE, retryAfter });
    }
    doorstep.letGo();
    expect((await Promise.all(inHand)).map(({ status }) => status)).toEqual([200, 200]);
    await doorstep.app.close();
  });

  it('takes who waits as soon as there is room, first come first served', async () => {
    const doorstep = new Doorstep({ atOnce: 2, waiting: 3, patienceMs: 10_000 });
    const names = ['first', 'second', 'third', 'fourth', 'fifth'];
    const answers = names.map((name) => doorstep.post(name));
    await doorstep.until(2);
    doorstep.letGo(1);
    await doorstep.until(3);
    expect(doorstep.begun).toEqual(['first', 'second', 'third']);
    doorstep.letGo();
    await doorstep.until(5);
    expect(doorstep.begun).toEqual(names);
    doorstep.letGo();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    await doorstep.app.close();
  });

  it('refuses who waited too long, and nobody else', async () => {
    const doorstep = new Doorstep({ atOnce: 1, waiting: 9, patienceMs: 80 });
    const inHand = doorstep.post('first');
    await doorstep.until(1);
    const impatient = doorstep.post('second');
    await sleep(50);
    const later = doorstep.post('third');
    expect(await impatient).toEqual({ status: UNAVAILABLE, retryAfter: '1' });
    doorstep.letGo();
    await doorstep.until(2);
    expect(doorstep.begun).toEqual(['first', 'third']);
    doorstep.letGo();
    expect([(await inHand).status, (await later).status]).toEqual([200, 200]);
    await doorstep.app.close();
  });

  it('forgets who has gone while waiting', async () => {
    const doorstep = new Doorstep({ atOnce: 1, waiting: 1, patienceMs: 10_000 });
    const url = await doorstep.app.listen({ port: 0 });
    const inHand = doorstep.post('first');
    await doorstep.until(1);
    const gone = new AbortController();
    const left = fetch(`${url}/gone`, { method: 'POST', signal: gone.signal }).catch(() => 'left');
    await sleep(50);
    gone.abort();
    expect(await left).toBe('left');
    await sleep(50);
    // its place in the line is free
    const waiting = doorstep.post('second');
    doorstep.letGo();
    await doorstep.until(2);
    expect(doorstep.begun).toEqual(['first', 'second']);
    doorstep.letGo();
    expect([(await inHand).status, (await waiting).status]).toEqual([200, 200]);
    await doorstep.app.close();
  });
});
