export { BullHints } from './bull-hints.js';
export { prepareQueue } from './migrate-queue.js';
export { queueSettings, type QueueSettings } from './queue-settings.js';
export { QueueStore } from './queue-store.js';
export { QueueModule, type QueueModuleOptions } from './queue.module.js';
export { WORKER_OPTIONS } from './worker-options.js';
