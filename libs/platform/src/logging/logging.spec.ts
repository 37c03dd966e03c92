import { PassThrough } from 'node:stream';
import { PinoLogger } from './pino-logger.js';
import { createLogger } from './root-logger.js';

function aLog(level = 'info') {
  const lines: Record<string, unknown>[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>));
  return { lines, logger: createLogger(level, stream) };
}

describe('logging', () => {
  it('writes one JSON line with level, time and message', () => {
    const { lines, logger } = aLog();
    logger.info({ shopId: 's1' }, 'hello');
    expect(lines).toEqual([{ level: 'info', time: expect.stringMatching(/^\d{4}-/), shopId: 's1', msg: 'hello' }]);
  });

  it('never shows addresses, tokens or secrets', () => {
    const { lines, logger } = aLog();
    logger.info(
      {
        email: 'a@b.example',
        customer: { phone: '+49123' },
        request: { headers: { authorization: 'Bearer x' } },
        token: 't',
      },
      'x',
    );
    expect(JSON.stringify(lines)).not.toMatch(/a@b|\+49123|Bearer/);
    expect(lines[0]?.['token']).toBe('[redacted]');
  });

  it('keeps quiet below its level', () => {
    const { lines, logger } = aLog('warn');
    logger.info('x');
    expect(lines).toEqual([]);
  });

  it('speaks for Nest: context, objects and errors', () => {
    const { lines, logger } = aLog();
    const nest = new PinoLogger(logger);
    nest.log('started', 'App');
    nest.warn({ queue: 'intake' }, 'slow', 'Worker');
    nest.error(new Error('broken'), 'Api');
    expect(lines).toMatchObject([
      { context: 'App', msg: 'started' },
      { context: 'Worker', queue: 'intake', msg: 'slow' },
      { context: 'Api', msg: 'broken', err: { message: 'broken' } },
    ]);
  });
});
