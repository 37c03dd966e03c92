import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../config/config.js';
import { PrometheusMetrics } from './prometheus-metrics.js';

const NOT_FOUND = 404;
const FAILED = 500;
const TIMEOUT_MS = 10_000;

/** Metrics on a port of their own: they are about the whole installation, and the other port is open to everybody. */
@Injectable()
export class MetricsListener implements OnApplicationShutdown {
  private server: Server | undefined;

  constructor(
    private readonly config: Config,
    private readonly metrics: PrometheusMetrics,
  ) {}

  /** Returns where they are read; undefined without METRICS_PORT. */
  async start(): Promise<string | undefined> {
    const { port, host } = this.config.metrics;
    if (port === undefined) return undefined;
    const server = createServer({ requestTimeout: TIMEOUT_MS }, ({ method, url }, response) => {
      if (method !== 'GET' || url !== '/metrics') {
        response.writeHead(NOT_FOUND).end();
        return;
      }
      this.metrics.render().then(
        ({ contentType, text }) => response.writeHead(200, { 'content-type': contentType }).end(text),
        () => response.writeHead(FAILED).end(),
      );
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, host, resolve);
    });
    const { address, port: listening, family } = server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${listening}/metrics`;
  }

  async onApplicationShutdown(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
