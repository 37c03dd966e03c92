import { readdirSync } from 'node:fs';
import { scoreByCode, scoreRegistry } from './registry.js';

const SUFFIX = '.score.ts';

describe('scoreRegistry', () => {
  it('lists exactly the scores that have a file', () => {
    const fileCodes = readdirSync(import.meta.dirname)
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => file.slice(0, -SUFFIX.length));
    expect(scoreRegistry.map(({ code }) => code).toSorted()).toEqual(fileCodes.toSorted());
  });

  it('finds a score by its code', () => {
    expect(scoreRegistry.map(({ code }) => scoreByCode(code))).toEqual(scoreRegistry);
    expect(scoreByCode('unheard-of')).toBeUndefined();
  });

  it.each(scoreRegistry.map((score) => [score.code, score] as const))(
    'versions the definition of %s after its code and keeps its default scale',
    (code, score) => {
      const result = score.compute({});
      expect(result.definition).toMatch(new RegExp(`^${code}-[1-9][0-9]*$`));
      expect(result.scale).toEqual(score.scale);
      expect(result).toMatchObject({ n: 0, value: null, low: null, high: null });
    },
  );
});
