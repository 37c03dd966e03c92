import 'reflect-metadata';
import { OwnDatabase, startProcess } from '#app/runtime';
import { configureApi } from '../../api/src/configure-api.js';
import { StandaloneModule } from './standalone.module.js';
import { welcome } from './welcome.js';

const database = new OwnDatabase();
const started = await startProcess({
  name: 'standalone',
  module: StandaloneModule,
  configure: configureApi,
  ...database.options,
  withOwnerKey: true,
  afterClose: () => database.stop(),
});
console.log(welcome(started, database.directory));
