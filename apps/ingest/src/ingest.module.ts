import { Module } from '@nestjs/common';
import { AcceptEvents, ReceiveWebhook } from '#app/application';
import { IngestController } from './ingest.controller.js';

/** Webhooks in. Needs beside it: InboxPort, SourceDirectory, SourceKinds, HintPort, ClockPort, Metrics. */
@Module({ controllers: [IngestController], providers: [AcceptEvents, ReceiveWebhook], exports: [AcceptEvents] })
export class IngestModule {}
