export { InfrastructureModule, type InfrastructureOptions } from './infrastructure.module.js';
export { type ProcessOptions, type StartedProcess, startProcess } from './start-process.js';
