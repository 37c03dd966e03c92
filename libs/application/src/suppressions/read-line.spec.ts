import { type ListLine, readLine } from './read-line.js';

const read = (fields: Omit<ListLine, 'line'>) => readLine({ line: 7, ...fields }, 'Europe/Berlin');

describe('a line of a suppression list', () => {
  it.each([
    [' Ada@Example.com ', 'email', 'ada@example.com'],
    ['+49 151 / 1234-5678', 'sms', '+4915112345678'],
    ['004915112345678', 'sms', '+4915112345678'],
    ["'+4915112345678", 'sms', '+4915112345678'],
  ])('reads %j as an address in the form of customers', (address, medium, known) => {
    expect(read({ address })).toEqual({ medium, address: known, reason: 'manual', saidAt: null });
  });

  it.each([
    ['Unsubscribed', 'unsubscribed'],
    ['opt_out', 'unsubscribed'],
    ['spam report', 'complained'],
    ['Hard Bounce', 'bounced'],
    ['', 'manual'],
  ])('knows %j as %s', (reason, known) => {
    expect(read({ address: 'a@example.com', reason })).toMatchObject({ reason: known });
  });

  it.each([
    ['2026-03-10', '2026-03-09T23:00:00.000Z'],
    ['2026-03-10 18:30:00', '2026-03-09T23:00:00.000Z'],
    ['2026-03-10T18:30:00Z', '2026-03-10T18:30:00.000Z'],
    ['2026-03-10 18:30:00+02:00', '2026-03-10T16:30:00.000Z'],
  ])('takes %s for %s', (date, at) => {
    expect(read({ address: 'a@example.com', date })).toMatchObject({ saidAt: Date.parse(at) });
  });

  it.each([
    [{ address: ' ' }, 'address'],
    [{ address: 'a@example' }, 'address'],
    [{ address: 'a@example.com, b@example.com' }, 'address'],
    [{ address: '=HYPERLINK("x")@example.com' }, 'address'],
    [{ address: '015112345678' }, 'address'],
    [{ address: 'a@example.com', channel: 'sms' }, 'address'],
    [{ address: 'a@example.com', channel: 'fax' }, 'channel'],
    [{ address: 'a@example.com', reason: 'because' }, 'reason'],
    [{ address: 'a@example.com', date: '10.03.2026' }, 'date'],
    [{ address: 'a@example.com', date: '2026-02-31' }, 'date'],
    [{ address: 'a@example.com', date: '2026-02-31T09:00:00Z' }, 'date'],
    [{ address: 'a@example.com', date: '0001-01-01' }, 'date'],
  ])('says what is wrong with %j', (fields, field) => {
    expect(read(fields)).toMatchObject({ line: 7, field, message: expect.stringMatching(/\S/) });
  });
});
