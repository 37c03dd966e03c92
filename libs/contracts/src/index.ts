export { emailAddress, phoneNumber } from './event/wire-text.schema.js';
export {
  type LinkEvent,
  linkEvent,
  MAX_EVENTS_PER_BATCH,
  toNormalisedEvent,
  type WireEvent,
  wireEvent,
  wireEventBatch,
} from './event/event-envelope.schema.js';
export { faultsOf } from './faults.js';
