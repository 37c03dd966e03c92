import { PrometheusMetrics } from './prometheus-metrics.js';

describe('PrometheusMetrics', () => {
  it('renders counters, histograms and gauges in the text format', async () => {
    const metrics = new PrometheusMetrics();
    metrics.count('afterglow_webhooks_total', { kind: 'shopify', result: 'accepted' });
    metrics.count('afterglow_webhooks_total', { kind: 'shopify', result: 'accepted' }, 2);
    metrics.observe('afterglow_hand_over_seconds', 0.02, { channel: 'capture' });
    metrics.gauge('afterglow_inbox_backlog', async () => 7);
    const { text, contentType } = await metrics.render();
    expect(contentType).toMatch(/^text\/plain/);
    expect(text).toContain('afterglow_webhooks_total{kind="shopify",result="accepted"} 3');
    expect(text).toContain('afterglow_hand_over_seconds_bucket{le="0.025",channel="capture"} 1');
    expect(text).toContain('afterglow_inbox_backlog 7');
  });

  it('survives a gauge that fails, and takes the newest reader of a gauge', async () => {
    const metrics = new PrometheusMetrics();
    metrics.gauge('afterglow_timers_due', () => Promise.reject(new Error('no database')));
    metrics.gauge('afterglow_dead_letters', () => 1);
    metrics.gauge('afterglow_dead_letters', () => 2);
    const { text } = await metrics.render();
    expect(text).toContain('afterglow_dead_letters 2');
    expect(text).toContain('afterglow_timers_due 0');
  });
});
