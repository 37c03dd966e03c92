import { randomBytes } from 'node:crypto';
import { AppProcess, DataFolder } from '../support/processes.js';
import { startTestRedis } from '../support/test-redis.js';

export type Backend = 'postgres' | 'redis';

/** A standalone instance in virtual time. */
export interface ReplaySystem {
  url: string;
  key: string;
  /** The last lines it wrote */
  tail(): string;
  stop(): Promise<void>;
}

/** Starts one on an empty database. Returns null when Redis is asked for and there is none. */
export async function startSystem(backend: Backend, clockStart: string): Promise<ReplaySystem | null> {
  const redis = backend === 'redis' ? await startTestRedis() : null;
  if (backend === 'redis' && !redis) return null;
  const folder = new DataFolder();
  const key = randomBytes(24).toString('base64url');
  const cleanUp = async (): Promise<void> => {
    folder.remove();
    await redis?.stop();
  };
  try {
    const app = await AppProcess.start({
      app: 'standalone',
      env: {
        DATA_DIR: folder.path,
        CLOCK: 'virtual',
        CLOCK_START: clockStart,
        BOOTSTRAP_API_KEY: key,
        SECRET_KEY: randomBytes(48).toString('base64url'),
        LOG_LEVEL: 'warn',
        // a year of a shop within minutes
        LIMIT_WEBHOOKS_PER_MINUTE: '10000000',
        LIMIT_API_PER_MINUTE: '10000000',
        ...(redis ? { REDIS_URL: redis.url } : {}),
      },
    });
    return {
      url: app.url,
      key,
      tail: () => app.tail(),
      stop: async () => {
        try {
          if (!app.hasEnded) await app.stop();
        } finally {
          await cleanUp();
        }
      },
    };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}
