import { Module } from '@nestjs/common';
import { IngestController } from './ingest.controller.js';

/** Webhooks in. Stands on the infrastructure module. */
@Module({ controllers: [IngestController] })
export class IngestModule {}
