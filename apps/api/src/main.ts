import 'reflect-metadata';
import { startProcess } from '#app/runtime';
import { ApiModule } from './api.module.js';
import { configureApi } from './configure-api.js';

await startProcess({ name: 'api', module: ApiModule, configure: configureApi });
