import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { play, type PlayedDecision, presetKeys, type Scenario } from './play.js';

/**
 * Recorded journeys: the events of one person and every decision that followed. Today's code must decide the same.
 * To record: write a file with `scenario` alone and run `RECORD=1 npm run test:golden`; `RECORD=all` records all of them anew,
 * which says that old runs may decide differently from now on and belongs into the changelog.
 */
interface Recording {
  readonly scenario: Scenario;
  readonly decisions?: readonly PlayedDecision[];
}

const FOLDER = path.join(import.meta.dirname, 'journals');
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function read(file: string): Recording {
  const recording = JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Recording;
  const isWanted = process.env['RECORD'] === 'all' || (process.env['RECORD'] === '1' && !recording.decisions);
  if (!isWanted) return recording;
  const recorded = { scenario: recording.scenario, decisions: play(recording.scenario) };
  writeFileSync(path.join(FOLDER, file), `${JSON.stringify(recorded, null, 2)}\n`);
  return recorded;
}

describe('recorded journeys', () => {
  it.each(files)('%s is decided as it was recorded', (file) => {
    const { scenario, decisions } = read(file);
    expect(decisions).toBeDefined();
    expect(asJson(play(scenario))).toEqual(decisions);
  });

  it('show every preset at least twice', () => {
    const shown = files.map((file) => read(file).scenario.preset);
    expect(presetKeys().filter((key) => shown.filter((preset) => preset === key).length < 2)).toEqual([]);
  });
});
