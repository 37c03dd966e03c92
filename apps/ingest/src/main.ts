import 'reflect-metadata';
import { startProcess } from '#app/runtime';
import { IngestModule } from './ingest.module.js';

await startProcess({ name: 'ingest', module: IngestModule });
