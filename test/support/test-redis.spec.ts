import { connect } from 'node:net';
import { describeBackends } from './describe-backends.js';
import { startTestRedis } from './test-redis.js';

describeBackends('a backend', (backend) => {
  it('has a Redis address exactly when it is Redis', () => {
    expect(backend.redisUrl() !== undefined).toBe(backend.kind === 'redis');
  });
});

describe('startTestRedis', () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  it('uses the server that REDIS_URL names', async () => {
    process.env['REDIS_URL'] = 'redis://127.0.0.1:1/0';
    expect(await startTestRedis()).toMatchObject({ url: 'redis://127.0.0.1:1/0' });
  });

  it('is null without a server, and an error in CI', async () => {
    process.env = { ...before, PATH: '', CI: '' };
    delete process.env['REDIS_URL'];
    expect(await startTestRedis()).toBeNull();
    process.env['CI'] = 'true';
    await expect(startTestRedis()).rejects.toThrow('redis-server is missing; install it');
  });

  it('starts a server of its own and ends it', async () => {
    delete process.env['REDIS_URL'];
    process.env['CI'] = '';
    const redis = await startTestRedis();
    if (!redis) return;
    const { port } = new URL(redis.url);
    await redis.stop();
    const refused = await new Promise((resolve) => connect(Number(port), '127.0.0.1').on('error', resolve));
    expect(refused).toMatchObject({ code: 'ECONNREFUSED' });
  });
});
