import { Initial1793577600000 } from './0001-initial/index.js';
import { JourneysInFull1795305600000 } from './0002-journeys-in-full/index.js';
import { ContactAndTriggers1795910400000 } from './0003-contact-and-triggers/index.js';
import { Care1796515200000 } from './0004-care/index.js';
import { Proofs1796601600000 } from './0005-proofs/index.js';
import { Safeguards1797206400000 } from './0006-safeguards/index.js';
import { Channels1797292800000 } from './0007-channels/index.js';
import { Reach1797897600000 } from './0008-reach/index.js';

/** In the order in which they run. A migration that has landed is never edited: write the next one. */
export const migrations = [
  Initial1793577600000,
  JourneysInFull1795305600000,
  ContactAndTriggers1795910400000,
  Care1796515200000,
  Proofs1796601600000,
  Safeguards1797206400000,
  Channels1797292800000,
  Reach1797897600000,
];
