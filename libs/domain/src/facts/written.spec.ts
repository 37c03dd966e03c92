import { toInstant } from '../time/instant.js';
import { EMPTY_CUSTOMER } from './facts.js';
import { withWritten } from './written.js';

const at = (day: string) => toInstant(`2026-05-${day}T10:00:00Z`);

describe('withWritten', () => {
  it('leaves the very same facts where nothing is written', () => {
    expect(withWritten(EMPTY_CUSTOMER, undefined)).toBe(EMPTY_CUSTOMER);
  });

  it('takes the later word on an attribute, a sender’s or a journey’s', () => {
    const told = { ...EMPTY_CUSTOMER, attributes: { size: 'M', tier: 'gold' } };
    const stamps = {
      'attributes.size': '2026-05-04T10:00:00.000Z|e1',
      'attributes.tier': '2026-05-04T10:00:00.000Z|e1',
    };
    const written = {
      attributes: {
        size: { value: 'L', at: at('05') },
        tier: { value: 'iron', at: at('03') },
        mood: { value: 7, at: at('01') },
      },
      tags: {},
      arms: {},
    };
    expect(withWritten({ ...told, stamps }, written).attributes).toEqual({ size: 'L', tier: 'gold', mood: 7 });
  });

  it('adds and takes away tags whatever list a sender told since', () => {
    const told = { ...EMPTY_CUSTOMER, tags: ['b2b', 'vip'], stamps: { tags: '2026-05-09T10:00:00.000Z|e1' } };
    const tags = { vip: { isOn: false, at: at('02') }, care: { isOn: true, at: at('02') } };
    expect(withWritten(told, { attributes: {}, tags, arms: {} }).tags).toEqual(['b2b', 'care']);
  });
});
