import { jest } from '@jest/globals';
import { FaultRig } from './rig.js';

jest.setTimeout(240_000);

const POSTGRES = { kind: 'postgres', redisUrl: () => undefined } as const;
const ORDERS = 30;

/** Silence taken for a refusal: what nobody answered goes back to the queue. */
const SILENCE_IS_REFUSAL = `
create function app.mistake() returns trigger language plpgsql as $$ begin
  new.state := 'queued'; new.reason := null; new.not_before := app.now(); return new; end $$;
create trigger mistake before update on app.message for each row
  when (old.state = 'handing' and new.state = 'unknown') execute function app.mistake();
create trigger mistake_noted before insert on app.delivery_attempt for each row
  when (new.outcome = 'unknown') execute function app.mistake_noted()`;
const NOTED = `
create function app.mistake_noted() returns trigger language plpgsql as $$ begin new.outcome := 'transient'; return new; end $$`;

describe('the oracle', () => {
  let rig: FaultRig;
  beforeAll(async () => {
    rig = await FaultRig.start(POSTGRES, { ingest: 1, worker: 1 });
  });
  afterAll(() => rig?.stop());

  it('NC9: sees messages doubled where silence is taken for a refusal', async () => {
    await rig.sql(NOTED);
    await rig.sql(SILENCE_IS_REFUSAL);
    let silent = ORDERS;
    rig.mails.hooks.onData = () => (silent-- > 0 ? 'drop' : undefined);
    await rig.send(ORDERS, 30);
    const outcome = await rig.judge().catch((error: unknown) => error as Error);
    const seen = outcome instanceof Error ? outcome.message : outcome.doubled.join('\n');
    expect(seen).toMatch(/handed over \d+ times|taken|tried again/);
  });
});
