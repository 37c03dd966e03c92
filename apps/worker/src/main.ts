import 'reflect-metadata';
import { startProcess } from '#app/runtime';
import { WorkerModule } from './worker.module.js';

await startProcess({ name: 'worker', module: WorkerModule });
