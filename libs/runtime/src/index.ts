export { ThreadChecker } from './checks/thread-checker.js';
export { ThreadTemplates } from './checks/thread-templates.js';
export { endWithSentence } from './end-with-sentence.js';
export { InfrastructureModule, type InfrastructureOptions } from './infrastructure.module.js';
export { openInstallation } from './open-installation.js';
export { OwnDatabase } from './own-database.js';
export type { PrepareOptions } from './prepare-process.js';
export { type ProcessOptions, type StartedProcess, startProcess } from './start-process.js';
