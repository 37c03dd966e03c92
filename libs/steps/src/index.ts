export { stepKinds } from './registry.js';
