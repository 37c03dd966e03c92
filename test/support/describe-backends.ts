import { redisObstacle, startTestRedis, type TestRedis } from './test-redis.js';

export interface TestBackend {
  kind: 'postgres' | 'redis';
  /** Inside hooks and tests only; undefined means that the queue lives in PostgreSQL. */
  redisUrl(): string | undefined;
}

/** Runs one suite for each queue backend. Where there is no Redis its half is skipped, and the report says why. */
export function describeBackends(name: string, suite: (backend: TestBackend) => void): void {
  describe(`${name} (postgres)`, () => suite({ kind: 'postgres', redisUrl: () => undefined }));

  const obstacle = redisObstacle();
  if (obstacle) {
    process.stderr.write(`skipped: ${name} (redis): ${obstacle}\n`);
    describe.skip(`${name} (redis)`, () => it(`is skipped: ${obstacle}`, () => undefined));
    return;
  }
  describe(`${name} (redis)`, () => {
    let redis: TestRedis | null = null;
    beforeAll(async () => {
      redis = await startTestRedis();
    });
    suite({ kind: 'redis', redisUrl: () => redis?.url });
    // hooks run in the order in which they are written: the suite stops what uses Redis first
    afterAll(() => redis?.stop());
  });
}
