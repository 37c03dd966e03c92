export {
  type ClockConfig,
  Config,
  type DatabaseConfig,
  type HttpConfig,
  type IntakeConfig,
  type MailConfig,
  type QueueConfig,
  type RatesConfig,
  type TwilioConfig,
} from './config/config.js';
export { loadConfig, type LoadConfigOptions } from './config/load-config.js';
export { StreamedBody } from './http/streamed-body.js';
export { createHttpApp, type HttpAppOptions } from './http/http-app.js';
export { UuidV7Ids } from './ids/uuid-v7-ids.js';
export { PinoLogger } from './logging/pino-logger.js';
export { createLogger } from './logging/root-logger.js';
export { MetricsListener } from './metrics/metrics-listener.js';
export { PrometheusMetrics } from './metrics/prometheus-metrics.js';
export { OperationsModule, type OperationsOptions } from './operations/operations.module.js';
export { type ReadinessCheck } from './operations/readiness.js';
export { PlatformModule } from './platform.module.js';
export { FilePresetCatalogue } from './presets/file-preset-catalogue.js';
export { clientOf } from './rates/client-address.js';
export { bucketsFor } from './rates/rates.js';
export { type Opened, SecretKeyring } from './secrets/secret-keyring.js';
export { type StopOptions, stopOnSignals } from './shutdown/stop-on-signals.js';
