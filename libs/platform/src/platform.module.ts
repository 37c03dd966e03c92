import { type DynamicModule, Module } from '@nestjs/common';
import {
  DnsRecords,
  IdentityProvider,
  IdPort,
  Metrics,
  Passwords,
  RateLimits,
  SecretPort,
  SessionSettings,
} from '#app/application';
import { Config } from './config/config.js';
import { NodeDnsRecords } from './dns/node-dns-records.js';
import { UuidV7Ids } from './ids/uuid-v7-ids.js';
import { MetricsListener } from './metrics/metrics-listener.js';
import { PrometheusMetrics } from './metrics/prometheus-metrics.js';
import { OidcIdentityProvider } from './oidc/oidc-identity-provider.js';
import { ShutdownState } from './operations/readiness.js';
import { bucketsFor } from './rates/rates.js';
import { Argon2Passwords } from './secrets/argon2-passwords.js';

/** A route of the API. */
const OIDC_CALLBACK = '/api/v1/session/oidc/callback';

/** Settings, secrets, ids and metrics for every module of a process. Imported once, by its root module. */
@Module({})
export class PlatformModule {
  /** @param secrets with the root that the database keeps */
  static register(config: Config, secrets: SecretPort): DynamicModule {
    const providers = [
      { provide: Config, useValue: config },
      { provide: SecretPort, useValue: secrets },
      { provide: RateLimits, useValue: bucketsFor(config.rates) },
      { provide: Passwords, useClass: Argon2Passwords },
      { provide: SessionSettings, useValue: config.session },
      {
        provide: IdentityProvider,
        useValue: new OidcIdentityProvider(config.oidc, `${config.publicUrl}${OIDC_CALLBACK}`),
      },
      { provide: DnsRecords, useValue: new NodeDnsRecords(config.dnsServers) },
      { provide: IdPort, useClass: UuidV7Ids },
      PrometheusMetrics,
      { provide: Metrics, useExisting: PrometheusMetrics },
      MetricsListener,
      ShutdownState,
    ];
    return { module: PlatformModule, global: true, providers, exports: providers };
  }
}
