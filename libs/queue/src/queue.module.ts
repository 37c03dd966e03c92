import { BullModule } from '@nestjs/bullmq';
import { type DynamicModule, Module } from '@nestjs/common';
import { HintPort, type QueueName } from '#app/application';
import { BullHints } from './bull-hints.js';
import { workerConnection } from './queue-connection.js';
import type { QueueSettings } from './queue-settings.js';

export interface QueueModuleOptions {
  readonly settings: QueueSettings;
  readonly onLostHint: (queue: QueueName, error: unknown) => void;
}

/** The queue port for every app, and the connection that `@Processor` classes of the worker use. Call `prepareQueue` before. */
@Module({})
export class QueueModule {
  static forRoot({ settings, onLostHint }: QueueModuleOptions): DynamicModule {
    return {
      module: QueueModule,
      global: true,
      imports: [BullModule.forRoot({ connection: workerConnection(settings), prefix: settings.prefix })],
      providers: [
        { provide: BullHints, useFactory: () => new BullHints(settings, onLostHint) },
        { provide: HintPort, useExisting: BullHints },
      ],
      exports: [BullHints, HintPort],
    };
  }
}
