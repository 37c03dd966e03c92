import { contrastOf, lightenedFor, signOn } from './contrast.js';

describe('colours of a mail', () => {
  it('contrast as WCAG counts it', () => {
    expect(contrastOf('#000', '#fff')).toBeCloseTo(21, 5);
    expect(contrastOf('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
    expect(contrastOf('#ffffff', '#777777')).toBe(contrastOf('#777777', '#ffffff'));
  });

  it('bear white words where those can be read, else black ones', () => {
    expect(signOn('#1f5eff')).toBe('#ffffff');
    expect(signOn('#ffe100')).toBe('#18181b');
    for (const color of ['#000', '#fff', '#767676', '#777777', '#ff0000', '#00a0a0', '#1f5eff'])
      expect(contrastOf(signOn(color), color)).toBeGreaterThanOrEqual(4.5);
  });

  it('are made light enough to be read on a dark ground, and no lighter', () => {
    expect(lightenedFor('#ffe100', '#1c1c20')).toBe('#ffe100');
    for (const color of ['#000000', '#00f', '#1f5eff', '#7f1d1d'])
      expect(contrastOf(lightenedFor(color, '#1c1c20'), '#1c1c20')).toBeGreaterThanOrEqual(4.5);
    expect(lightenedFor('#1f5eff', '#1c1c20')).not.toBe('#ffffff');
  });
});
