import { EventEmitter } from 'node:events';
import type { INestApplicationContext } from '@nestjs/common';
import { createLogger } from '../logging/root-logger.js';
import { ShutdownState } from '../operations/readiness.js';
import { stopOnSignals } from './stop-on-signals.js';

function aProcess(close: () => Promise<void> = async () => {}) {
  const state = new ShutdownState();
  const steps: string[] = [];
  const events = new EventEmitter();
  const exited = new Promise<number>((resolve) => {
    const host = Object.assign(events, { exit: (code: number) => resolve(code) as never });
    const app = { get: () => state, close: () => (steps.push(`close, stopping: ${state.isShuttingDown}`), close()) };
    const afterClose = async () => void steps.push('database');
    const logger = createLogger('silent');
    stopOnSignals(app as unknown as INestApplicationContext, {
      logger,
      afterClose,
      host: host as never,
      watchdogMs: 20,
    });
  });
  return { events, exited, steps };
}

describe('stopOnSignals', () => {
  it.each(['SIGTERM', 'SIGINT'])(
    'on %s is not ready, closes the application, then the database, and exits 0',
    async (signal) => {
      const { events, exited, steps } = aProcess();
      events.emit(signal);
      expect(await exited).toBe(0);
      expect(steps).toEqual(['close, stopping: true', 'database']);
    },
  );

  it('exits 1 at a second signal, and when closing takes too long', async () => {
    const impatient = aProcess(() => new Promise(() => {}));
    impatient.events.emit('SIGINT');
    impatient.events.emit('SIGINT');
    expect(await impatient.exited).toBe(1);
    const stuck = aProcess(() => new Promise(() => {}));
    stuck.events.emit('SIGTERM');
    expect(await stuck.exited).toBe(1);
  });

  it('stops the database even when the application fails to close', async () => {
    const { events, exited, steps } = aProcess(() => Promise.reject(new Error('queue')));
    events.emit('SIGTERM');
    expect(await exited).toBe(1);
    expect(steps).toContain('database');
  });

  it('stops on an error that nobody caught', async () => {
    const { events, exited, steps } = aProcess();
    events.emit('uncaughtException', new Error('bug'));
    events.emit('unhandledRejection', new Error('bug'));
    expect(await exited).toBe(1);
    expect(steps).toHaveLength(2);
  });

  it('goes on when the database ends a connection that nobody uses', async () => {
    const { events, exited, steps } = aProcess();
    const ended = Object.assign(new Error('terminating connection'), { severity: 'FATAL', code: '57P01' });
    events.emit('uncaughtException', ended);
    expect(steps).toEqual([]);
    events.emit('SIGTERM');
    expect(await exited).toBe(0);
  });
});
