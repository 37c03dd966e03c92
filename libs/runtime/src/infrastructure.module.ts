import path from 'node:path';
import { type DynamicModule, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import {
  CallbackDirectory,
  CallSender,
  Channels,
  Checker,
  ClockGuard,
  InboundMailSettings,
  LinkSettings,
  Metrics,
  PresetCatalogue,
  ProviderHealthStore,
  type SecretPort,
  SourceKinds,
  TestSettings,
  TemplateEngine,
  UseCasesModule,
} from '#app/application';
import { ConfiguredChannels, HttpsCallSender } from '#app/channels';
import { PgCallbackDirectory } from '#app/persistence';
import { type Config, FilePresetCatalogue, OperationsModule, PlatformModule, type ReadinessCheck } from '#app/platform';
import { BullHints, QueueModule, type QueueSettings } from '#app/queue';
import { SourceRegistry } from '#app/sources';
import { DataSource } from 'typeorm';
import { ThreadChecker } from './checks/thread-checker.js';
import { ThreadTemplates } from './checks/thread-templates.js';
import { BacklogGauges } from './backlog-gauges.js';
import { LostHints } from './lost-hints.js';
import { SickProviders } from './sick-providers.js';
import { PersistenceModule } from './persistence.module.js';

export interface InfrastructureOptions {
  readonly config: Config;
  readonly secrets: SecretPort;
  readonly processName: string;
  readonly appUrl: string;
  readonly queue: QueueSettings;
  /** Folder of the preset journeys. */
  readonly presetsFolder: string;
  /** The compiled check.worker; compile.worker stands beside it. */
  readonly checkWorker: string;
}

/** Connections to providers end after the hand-overs that use them: the worker's drains stop in `beforeApplicationShutdown`. */
@Injectable()
class ChannelsCloser implements OnApplicationShutdown {
  constructor(private readonly channels: Channels) {}

  onApplicationShutdown(): Promise<void> {
    return this.channels.close();
  }
}

/** Every port with its adapter, every use case, and the operational routes: what each process stands on. */
@Module({})
export class InfrastructureModule {
  static forRoot(options: InfrastructureOptions): DynamicModule {
    const { config } = options;
    const lost = new LostHints();
    const providers = [
      channelsOf(config),
      { provide: CallSender, useFactory: () => new HttpsCallSender({ allowLoopback: config.calls.allowLoopback }) },
      { provide: TestSettings, useValue: { addresses: config.testAddresses } },
      { provide: LinkSettings, useValue: { publicUrl: config.publicUrl } },
      { provide: InboundMailSettings, useValue: { domain: config.inboundMail.domain } },
      { provide: PresetCatalogue, useFactory: () => new FilePresetCatalogue(options.presetsFolder) },
      { provide: Checker, useFactory: () => new ThreadChecker(options.checkWorker) },
      { provide: SourceKinds, useClass: SourceRegistry },
      callbacksOf(config),
      {
        provide: TemplateEngine,
        useFactory: () => new ThreadTemplates(path.join(path.dirname(options.checkWorker), 'compile.worker.js')),
      },
    ];
    return {
      module: InfrastructureModule,
      global: true,
      imports: [
        PlatformModule.register(config, options.secrets),
        PersistenceModule.forRoot({
          appUrl: options.appUrl,
          processName: options.processName,
          dedupeWindowDays: config.intake.dedupeWindowDays,
          keep: config.keep,
        }),
        QueueModule.forRoot({ settings: options.queue, onLostHint: (queue, error) => lost.note(queue, error) }),
        OperationsModule.register({
          inject: [DataSource, BullHints, ProviderHealthStore, ClockGuard],
          checks: readinessChecks,
        }),
        UseCasesModule,
      ],
      providers: [
        ...providers,
        ChannelsCloser,
        BacklogGauges,
        SickProviders,
        { provide: LostHints, useFactory: (metrics: Metrics) => lost.countIn(metrics), inject: [Metrics] },
      ],
      exports: providers.map(({ provide }) => provide),
    };
  }
}

function channelsOf({ mail, twilio, calls, accountCallbackUrl }: Config) {
  const accounts = { allowLoopback: calls.allowLoopback, callbackUrls: { twilio: accountCallbackUrl } };
  const settings = { smtpUrl: mail?.smtpUrl, mailFrom: mail?.from, twilio, accounts };
  return { provide: Channels, useFactory: () => new ConfiguredChannels(settings) };
}

function callbacksOf({ twilio }: Config) {
  return {
    provide: CallbackDirectory,
    useFactory: (dataSource: DataSource) =>
      new PgCallbackDirectory(dataSource, twilio ? { twilio: [twilio.authToken] } : {}),
    inject: [DataSource],
  };
}

function readinessChecks(
  dataSource: DataSource,
  hints: BullHints,
  health: ProviderHealthStore,
  clock: ClockGuard,
): readonly ReadinessCheck[] {
  return [
    { name: 'database', isRequired: true, check: async () => void (await dataSource.query('select app.now()')) },
    // Work waits in rows while the queue is away, so a process is ready without it.
    { name: 'queue', isRequired: false, check: () => hints.ping() },
    // a sick provider keeps its messages waiting, and nothing else
    { name: 'providers', isRequired: false, check: () => new SickProviders(health).check() },
    // Webhooks are still taken while workers stand still because nobody knows what time it is.
    { name: 'clock', isRequired: false, check: async () => refuse(!(await clock.isSound())) },
  ];
}

function refuse(isWrong: boolean): void {
  if (isWrong) throw new Error('It is not as it should be.');
}
