/**
 * Loaded into a worker before anything else (`node --import`): ends it whenever it composes the message to one address, as a
 * template that eats all memory would.
 */
import { ComposeMessage } from '#app/application';

const address = process.env['DEADLY_ADDRESS'];
// eslint-disable-next-line typescript/unbound-method -- it is called with `this` below
const run = ComposeMessage.prototype.run;

ComposeMessage.prototype.run = function deadly(...args): ReturnType<typeof run> {
  const [{ message }, , version, snapshot] = args;
  // what is given up is told so without a snapshot: that is what ends the deaths
  if (version && snapshot && message.medium === 'email' && snapshot.customer.email === address)
    process.kill(process.pid, 'SIGKILL');
  return run.apply(this, args);
};
