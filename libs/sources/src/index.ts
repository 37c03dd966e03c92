export { MailListener, type MailListenerSettings } from './mail/mail-listener.js';
export { SourceRegistry } from './registry.js';
