import { describeChannelContract } from '../channel.contract.js';
import { aMessage } from '../testing.js';
import { CaptureChannel } from './capture.channel.js';

const reason = 'nobody is on the other side';

describeChannelContract(
  'capture',
  async () => ({
    open: async () => new CaptureChannel('email'),
    message: () => aMessage(),
    forgedAddress: '',
    setMood: () => undefined,
    received: () => 55,
    close: async () => undefined,
  }),
  {
    skip: [
      { clause: 'reports-transient', reason },
      { clause: 'reports-bad-address', reason },
      { clause: 'reports-opt-out', reason },
      { clause: 'reports-unreachable', reason },
      { clause: 'reports-unknown', reason },
      { clause: 'refuses-forged-address', reason: 'an address is shown, not used' },
      { clause: 'once-per-key', reason: 'it keeps nothing; the message row is the capture' },
    ],
  },
);
