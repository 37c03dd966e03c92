import { jest } from '@jest/globals';
import { isLong } from '../support/proof.js';

/*
 * A row of the quick suite that fails is run once more, and what failed is told: patience may have ended on a machine that
 * others use as well. A promise that was broken stays so: see `expectKept`.
 */
if (!isLong) jest.retryTimes(1, { logErrorsBeforeRetry: true });
