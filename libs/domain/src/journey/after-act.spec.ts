import { EMPTY_CUSTOMER } from '../facts/facts.js';
import { afterAct } from './after-act.js';
import { aSnapshot } from './testing.js';

const snapshot = { ...aSnapshot(), customer: { ...EMPTY_CUSTOMER, tags: ['new'], attributes: { size: 41 } } };

describe('afterAct', () => {
  it('shows the attribute that was set', () => {
    const after = afterAct(snapshot, { type: 'set', attribute: 'favourite', value: 'knives' });
    expect(after.customer.attributes).toEqual({ size: 41, favourite: 'knives' });
    expect(snapshot.customer.attributes).toEqual({ size: 41 });
  });

  it('shows the tags that were added and removed', () => {
    expect(afterAct(snapshot, { type: 'tag', tag: 'vip', isOn: true }).customer.tags).toEqual(['new', 'vip']);
    expect(afterAct(snapshot, { type: 'tag', tag: 'new', isOn: false }).customer.tags).toEqual([]);
  });

  it('changes nothing else', () => {
    expect(afterAct(snapshot, { type: 'tag', tag: 'new', isOn: true })).toBe(snapshot);
    expect(afterAct(snapshot, { type: 'set', attribute: 'list', value: [1] })).toBe(snapshot);
    expect(afterAct(snapshot, { type: 'award', points: 5, reason: 'x' })).toBe(snapshot);
  });
});
