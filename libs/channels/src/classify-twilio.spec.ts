import { classifyTwilio } from './classify-twilio.js';

type Row = [status: number | null, code: number | null, outcome: string, suppress: string | null];

const rows: Row[] = [
  [429, 20429, 'transient', null],
  [429, null, 'transient', null],
  [500, 20500, 'unknown', null],
  [503, null, 'unknown', null],
  [502, 21211, 'unknown', null],
  [400, 30500, 'unknown', null],
  [401, 20003, 'provider_down', null],
  [404, 20404, 'provider_down', null],
  [403, null, 'provider_down', null],
  [400, 30002, 'provider_down', null],
  [400, 21606, 'provider_down', null],
  [400, 21603, 'provider_down', null],
  [400, 30001, 'provider_down', null],
  [400, 30022, 'provider_down', null],
  [400, 30023, 'provider_down', null],
  [400, 63038, 'provider_down', null],
  [400, 63018, 'provider_down', null],
  [400, 63007, 'provider_down', null],
  [400, 63003, 'permanent', 'recipient'],
  [400, 63024, 'permanent', 'recipient'],
  [400, 63014, 'permanent', 'opted-out'],
  [400, 63016, 'permanent', null],
  [400, 63049, 'permanent', null],
  [400, 21211, 'permanent', 'recipient'],
  [400, 21614, 'permanent', 'recipient'],
  [400, 21217, 'permanent', 'recipient'],
  [400, 30005, 'permanent', 'recipient'],
  [400, 30006, 'permanent', 'recipient'],
  [400, 21635, 'permanent', 'recipient'],
  [400, 21610, 'permanent', 'opted-out'],
  [400, 21408, 'permanent', null],
  [400, 21612, 'permanent', null],
  [400, 30034, 'permanent', null],
  [400, 30007, 'permanent', null],
  [400, 30004, 'permanent', null],
  [400, 30003, 'transient', null],
  [400, 30036, 'permanent', null],
  [400, 30008, 'permanent', null],
  [400, 30410, 'permanent', null],
  [400, 99999, 'permanent', null],
  [302, null, 'unknown', null],
  [null, null, 'unknown', null],
];

describe('classifyTwilio', () => {
  it.each(rows)('HTTP %s, code %s is %s', (status, code, outcome, suppress) => {
    expect(classifyTwilio({ status, code, socketCode: null })).toEqual({ outcome, ...(suppress && { suppress }) });
  });

  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])('%s wrote nothing', (socketCode) => {
    expect(classifyTwilio({ status: null, code: null, socketCode })).toEqual({ outcome: 'transient' });
  });

  it.each(['ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT'])('%s may have written everything', (socketCode) => {
    expect(classifyTwilio({ status: null, code: null, socketCode })).toEqual({ outcome: 'unknown' });
  });
});
