import 'reflect-metadata';
import { requiredDatabaseUrl, startProcess } from '#app/runtime';
import { WorkerModule } from './worker.module.js';

const { url } = await startProcess({ name: 'worker', module: WorkerModule, databaseUrl: requiredDatabaseUrl });
console.log(`afterglow worker runs at ${url}`);
