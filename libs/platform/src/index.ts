export {
  type ClockConfig,
  Config,
  type DatabaseConfig,
  type HttpConfig,
  type IntakeConfig,
  type MailConfig,
  type QueueConfig,
  type SmsConfig,
} from './config/config.js';
export { loadConfig, type LoadConfigOptions } from './config/load-config.js';
export { UuidV7Ids } from './ids/uuid-v7-ids.js';
export { PinoLogger } from './logging/pino-logger.js';
export { createLogger } from './logging/root-logger.js';
export { PrometheusMetrics } from './metrics/prometheus-metrics.js';
export { SecretKeyring } from './secrets/secret-keyring.js';
