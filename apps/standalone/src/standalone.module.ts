import { Module } from '@nestjs/common';
import { ApiModule } from '../../api/src/api.module.js';
import { IngestModule } from '../../ingest/src/ingest.module.js';
import { WorkerModule } from '../../worker/src/worker.module.js';

/** Everything in one process. */
@Module({ imports: [IngestModule, ApiModule, WorkerModule] })
export class StandaloneModule {}
