export { SourceRegistry } from './registry.js';
