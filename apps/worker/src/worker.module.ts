import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { DeliveryEmailProcessor } from './delivery-email.processor.js';
import { DeliverySmsProcessor } from './delivery-sms.processor.js';
import { Drains } from './drains.js';
import { IntakeProcessor } from './intake.processor.js';
import { MaintenanceProcessor } from './maintenance.processor.js';
import { Sweeper } from './sweeper.js';
import { TimersProcessor } from './timers.processor.js';
import { WorkMetrics } from './work-metrics.js';
import { WorkerStarter } from './worker-starter.js';

/** Takes stored bodies, due timers and queued messages to their end. Needs the infrastructure modules beside it. */
@Module({
  // finds the processors; their queues are QueueModule's
  imports: [BullModule.registerQueue()],
  providers: [
    Drains,
    WorkMetrics,
    IntakeProcessor,
    TimersProcessor,
    DeliveryEmailProcessor,
    DeliverySmsProcessor,
    MaintenanceProcessor,
    WorkerStarter,
    Sweeper,
  ],
})
export class WorkerModule {}
