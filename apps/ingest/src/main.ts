import 'reflect-metadata';
import { requiredDatabaseUrl, startProcess } from '#app/runtime';
import { IngestModule } from './ingest.module.js';

const { url } = await startProcess({ name: 'ingest', module: IngestModule, databaseUrl: requiredDatabaseUrl });
console.log(`afterglow ingest runs at ${url}`);
