import Fastify from 'fastify';
import { bounded } from './bounded.js';

describe('a route with room for two', () => {
  it('tells the third to come again at once, and has room again when one has ended', async () => {
    const app = Fastify();
    const held: (() => void)[] = [];
    app.post('/', { preValidation: bounded(2) }, async () => {
      await new Promise<void>((resolve) => held.push(resolve));
      return 'stored';
    });
    const post = () => app.inject({ method: 'POST', url: '/' });
    const [first, second] = [post(), post()];
    while (held.length < 2) await new Promise(setImmediate);
    const third = await post();
    expect([third.statusCode, third.headers['retry-after'], third.json<{ code: string }>().code]).toEqual([
      503,
      '1',
      'unavailable',
    ]);
    // the next ones are told other times, so that they don't all come again together
    const others = [await post(), await post(), await post()].map(({ headers }) => headers['retry-after']);
    expect(others).toEqual(['2', '3', '1']);
    held.shift()?.();
    expect((await first).statusCode).toBe(200);
    const fourth = post();
    while (held.length < 2) await new Promise(setImmediate);
    for (const end of held) end();
    expect([(await second).statusCode, (await fourth).statusCode]).toEqual([200, 200]);
    await app.close();
  });
});
