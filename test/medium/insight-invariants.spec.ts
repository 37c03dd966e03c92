import pg from 'pg';
import { expectInvariants } from '../support/invariants.js';
import { aJourney, JourneyRig, send, wait } from './journeys-rig.js';

/** A fault made by hand, and what is said of it. */
const FAULTS: [fault: string, sql: string, says: RegExp][] = [
  ['a lost timer', `delete from app.timer`, /waits at pause until \d+: its timer is missing/],
  [
    'a timer for another time',
    `update app.timer set due_at = due_at + interval '1 second'`,
    /its timer is scheduled for/,
  ],
  ['a dead timer without its letter', `update app.timer set state = 'dead'`, /its timer is dead/],
  [
    'a timer of a run that is over',
    `insert into app.timer (shop_id, run_id, due_at) select shop_id, id, now() from app.journey_run where status <> 'waiting'`,
    /is over \(exited\), yet a timer wakes it/,
  ],
  ['a lost line of journal', `delete from app.run_journal where kind = 'waited'`, /its journal has \d+ and ends with/],
  ['a visit without a line', `delete from app.run_journal where kind = 'sent'`, /entered 2 steps, 1 are accounted for/],
  ['a lost message', `delete from app.message`, /made no message/],
  ['a message that nothing decided on', `update app.message set visit = 9`, /has no line for step say, visit 9/],
  [
    'a state that does not follow from the journal',
    `update app.journey_run set step = 'elsewhere' where status = 'waiting'`,
    /is waiting at elsewhere/,
  ],
  [
    'a second hand-over',
    `insert into app.delivery_attempt (shop_id, message_month, message_id, attempt, channel, phase, started_at, ended_at, outcome)
     select shop_id, date_trunc('month', app.now())::date, id, n, 'capture', 'answered', now(), now(), 'sent'
     from app.message, generate_series(1, 2) n`,
    /was taken 2 times/,
  ],
];

describe('the invariants', () => {
  let rig: JourneyRig;
  let owner: pg.Client;
  beforeAll(async () => {
    rig = await JourneyRig.start('invariants');
    owner = new pg.Client({ connectionString: rig.ownerUrl });
    await owner.connect();
    await owner.query('select app.ensure_partitions(app.now())');
    const steps = [send('say'), wait('pause', 'PT24H')];
    await rig.publish(aJourney({ steps, exitOn: [{ event: 'order.cancelled' }] }));
    const [rests, left] = await rig.people(2);
    if (!rests || !left) throw new Error('two people');
    await rig.hear(
      rig.event(rests, 'order.placed'),
      rig.event(left, 'order.placed'),
      rig.event(left, 'order.cancelled'),
    );
  });
  afterAll(async () => {
    await owner.end();
    await rig.stop();
  });

  it('hold where nothing is wrong', async () => {
    await expect(expectInvariants(rig.ownerUrl)).resolves.toBeUndefined();
  });

  it.each(FAULTS)('notice %s', async (_title, sql, says) => {
    await owner.query('begin');
    await owner.query(sql);
    await expect(expectInvariants(owner)).rejects.toThrow(says);
    await owner.query('rollback');
  });
});
