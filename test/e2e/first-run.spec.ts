import { jest } from '@jest/globals';
import { AfterglowClient } from '../support/afterglow-client.js';
import { runCommand } from '../support/command.js';
import { describeBackends } from '../support/describe-backends.js';
import { HttpClient, type HttpReply } from '../support/http-client.js';
import { AppProcess, DataFolder, tidyUp } from '../support/processes.js';
import { eventually, type ListedMessage } from './installation.js';

jest.setTimeout(90_000);

/** Runs the curl commands of a text that post something, in their order and without a shell. */
async function runCommands(text: string): Promise<HttpReply[]> {
  const commands = [...text.matchAll(/curl -s((?: -H '[^']+')+) -d '([^']+)' (\S+)/g)];
  if (commands.length === 0) throw new Error(`No command was printed:\n${text}`);
  const replies: HttpReply[] = [];
  for (const [, options = '', body = '', url = ''] of commands) {
    const headers = [...options.matchAll(/-H '([^:']+): *([^']+)'/g)].map(([, name = '', value = '']) => [name, value]);
    const { origin, pathname } = new URL(url);
    const http = new HttpClient(origin, 1);
    replies.push(await http.send({ method: 'POST', path: pathname, headers: Object.fromEntries(headers), body }));
    http.close();
  }
  return replies;
}

describeBackends('the first start on an empty folder', (backend) => {
  let folder: DataFolder;
  let app: AppProcess;
  let client: AfterglowClient;

  beforeAll(async () => {
    folder = new DataFolder();
    const redisUrl = backend.redisUrl();
    const env: Record<string, string> = { DATA_DIR: folder.path, ...(redisUrl ? { REDIS_URL: redisUrl } : {}) };
    app = await AppProcess.start({ app: 'standalone', env, readyLimitMs: 60_000 });
  });

  afterAll(() =>
    tidyUp(
      () => client?.close(),
      () => (app?.hasEnded === false ? app.stop() : undefined),
      () => folder.remove(),
    ),
  );

  it('prints a key and a command that makes the first journey run', async () => {
    // ready a moment before it says what to do
    await eventually(async () => (app.output.includes('curl') ? true : null), 60_000);
    const replies = await runCommands(app.output);
    expect(replies.map(({ status }) => status)).toEqual([201, 202]);
    const key = /Bearer ([^\s']+)/.exec(app.output)?.[1] ?? '';
    client = new AfterglowClient(app.url, key);
    const [message] = await eventually(async () => {
      const sent = await client.list<ListedMessage>('/api/v1/messages?state=sent');
      return sent.length > 0 ? sent : null;
    });
    expect(message).toMatchObject({ journey: 'order-thank-you', to: expect.stringContaining('@') });
    const timeline = await client.list<{ kind: string; type?: string; journey?: string }>(
      `/api/v1/customers/${message?.customer}/timeline`,
    );
    expect(timeline).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'event', type: 'order.placed' }),
        expect.objectContaining({ kind: 'message', journey: 'order-thank-you' }),
      ]),
    );
  });

  it('shows its documentation, its health and the board to the owner alone', async () => {
    const status = async (path: string): Promise<number> => (await client.http.send({ method: 'GET', path })).status;
    expect(await status('/healthz')).toBe(200);
    expect(await status('/metrics')).toBe(404);
    expect(await status('/openapi.json')).toBe(200);
    expect(await status('/docs')).toBeLessThan(400);
    expect(await status('/queues')).toBe(401);
    expect(await status('/outbox')).toBe(401);
    expect(await status('/api/v1/messages')).toBe(401);
    expect((await client.call('GET', '/api/v1/clock')).status).toBe(404);
  });

  it('goes on while commands work on its database', async () => {
    const made = await runCommand(['keys', 'create', '--role', 'viewer'], { DATA_DIR: folder.path });
    const viewer = new AfterglowClient(app.url, made.trim());
    expect(await viewer.list('/api/v1/messages?state=sent')).toHaveLength(1);
    expect((await viewer.call('POST', '/api/v1/ops/pause')).status).toBe(403);
    viewer.close();
    expect(app.hasEnded).toBe(false);
  });

  it('ends on Ctrl-C, and the next start finds everything', async () => {
    expect(await app.stop()).toBe(0);
    expect(folder.serverPid()).toBeUndefined();
    client.close();
    const env = { DATA_DIR: folder.path };
    app = await AppProcess.start({ app: 'standalone', env, port: app.port, readyLimitMs: 60_000 });
    expect(await client.list('/api/v1/messages?state=sent')).toHaveLength(1);
  });
});
