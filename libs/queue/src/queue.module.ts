import { BullModule } from '@nestjs/bullmq';
import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { HintPort, type QueueName } from '#app/application';
import { BullHints } from './bull-hints.js';
import { workerConnection } from './queue-connection.js';
import type { QueueSettings } from './queue-settings.js';
import { QueueStore } from './queue-store.js';

export interface QueueModuleOptions {
  readonly settings: QueueSettings;
  readonly onLostHint: (queue: QueueName, error: unknown) => void;
}

/** Closed when the workers have: their own end doesn't close what they share. */
class WorkersConnection implements OnApplicationShutdown {
  constructor(private readonly close: () => void) {}

  onApplicationShutdown(): void {
    this.close();
  }
}

/** The queue port for every app, and the connection that `@Processor` classes of the worker use. Call `prepareQueue` before. */
@Module({})
export class QueueModule {
  static forRoot({ settings, onLostHint }: QueueModuleOptions): DynamicModule {
    const { connection, close } = workerConnection(settings);
    return {
      module: QueueModule,
      global: true,
      imports: [
        BullModule.forRoot({
          connection,
          prefix: settings.prefix,
          // workers are built once their store answers
          extraOptions: { manualRegistration: true },
        }),
      ],
      providers: [
        { provide: QueueStore, useFactory: () => new QueueStore(settings) },
        { provide: BullHints, useFactory: () => new BullHints(settings, onLostHint) },
        { provide: HintPort, useExisting: BullHints },
        { provide: WorkersConnection, useValue: new WorkersConnection(close) },
      ],
      exports: [BullHints, HintPort, QueueStore],
    };
  }
}
