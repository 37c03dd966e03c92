export type { ChannelKind } from './channel-kind.js';
export { type ChannelSettings, ConfiguredChannels } from './configured-channels.js';
export { HttpsCallSender } from './webhook/https-call-sender.js';
