import { connect } from 'node:net';
import { loadConfig } from '../config/load-config.js';
import { MetricsListener } from './metrics-listener.js';
import { PrometheusMetrics } from './prometheus-metrics.js';

const SECRET_KEY = 'k7Qx0pZr2VtW9sLmB4nEyHc6JfUaDg1iOoXe';

function listenerWith(env: Record<string, string>): MetricsListener {
  return new MetricsListener(loadConfig({ ownSecretKey: () => SECRET_KEY }, env), new PrometheusMetrics());
}

describe('MetricsListener', () => {
  it('serves metrics, and nothing else, until it is shut down', async () => {
    const listener = listenerWith({ METRICS_PORT: '0' });
    const url = (await listener.start()) ?? '';
    try {
      const answer = await fetch(url);
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
      expect(await answer.text()).toContain('process_cpu_seconds_total');
      expect((await fetch(new URL('/', url))).status).toBe(404);
      expect((await fetch(url, { method: 'POST' })).status).toBe(404);
    } finally {
      await listener.onApplicationShutdown();
    }
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it('does not wait for who keeps a connection open', async () => {
    const listener = listenerWith({ METRICS_PORT: '0' });
    const { port } = new URL((await listener.start()) ?? '');
    const idle = connect(Number(port), '127.0.0.1');
    const closed = new Promise((resolve) => idle.once('close', resolve));
    await new Promise((resolve) => idle.once('connect', resolve));
    await listener.onApplicationShutdown();
    await closed;
    expect(idle.destroyed).toBe(true);
  });

  it('listens nowhere without a port', async () => {
    const listener = listenerWith({});
    expect(await listener.start()).toBeUndefined();
    await listener.onApplicationShutdown();
  });
});
