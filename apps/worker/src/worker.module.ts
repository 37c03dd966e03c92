import { BullModule, type WorkerHost } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { ClockWatch } from './clock-watch.js';
import { DeliveryEmailProcessor } from './delivery-email.processor.js';
import { DeliverySmsProcessor } from './delivery-sms.processor.js';
import { DeliveryWhatsappProcessor } from './delivery-whatsapp.processor.js';
import { DeliveryWebhookProcessor } from './delivery-webhook.processor.js';
import { Drains } from './drains.js';
import { IntakeProcessor } from './intake.processor.js';
import { MaintenanceProcessor } from './maintenance.processor.js';
import { Rounds } from './rounds.js';
import { Sweeper } from './sweeper.js';
import { TimersProcessor } from './timers.processor.js';
import { UpkeepWatch } from './upkeep-watch.js';
import { WorkMetrics } from './work-metrics.js';
import { QUEUE_HOSTS, WorkerStarter } from './worker-starter.js';

const processors = [
  IntakeProcessor,
  TimersProcessor,
  DeliveryEmailProcessor,
  DeliverySmsProcessor,
  DeliveryWhatsappProcessor,
  DeliveryWebhookProcessor,
  MaintenanceProcessor,
];

/** Takes stored bodies, due timers and queued messages to their end. Needs the infrastructure modules beside it. */
@Module({
  // finds the processors; their queues are QueueModule's
  imports: [BullModule.registerQueue()],
  providers: [
    ClockWatch,
    UpkeepWatch,
    Drains,
    Rounds,
    WorkMetrics,
    ...processors,
    { provide: QUEUE_HOSTS, useFactory: (...hosts: WorkerHost[]) => hosts, inject: processors },
    WorkerStarter,
    Sweeper,
  ],
})
export class WorkerModule {}
