import { zonesOfPerson } from './zones-of-person.js';

const SHOP = 'Europe/Berlin';

describe('the zones that may be a person’s', () => {
  it('is the known one, whatever the country', () => {
    expect(zonesOfPerson({ timeZone: 'Asia/Tokyo', country: 'US', phone: null }, SHOP)).toEqual({
      zone: 'Asia/Tokyo',
      otherZones: [],
    });
  });

  it('is that of a country that has one', () => {
    expect(zonesOfPerson({ timeZone: null, country: 'gb', phone: null }, SHOP)).toEqual({
      zone: 'Europe/London',
      otherZones: [],
    });
    expect(zonesOfPerson({ timeZone: null, country: 'DE', phone: null }, SHOP)).toEqual({ zone: SHOP, otherZones: [] });
  });

  it('are all of a country that has several, each time of day once', () => {
    const { zone, otherZones } = zonesOfPerson({ timeZone: null, country: 'US', phone: null }, SHOP);
    const hours = [zone, ...otherZones].map((timeZone) =>
      new Intl.DateTimeFormat('en', { timeZone, hour: 'numeric', hourCycle: 'h23' }).format(
        Date.parse('2026-07-01T18:00:00Z'),
      ),
    );
    // New York, Chicago, Denver, Phoenix, Los Angeles, Anchorage, Adak, Honolulu
    expect(hours.toSorted()).toEqual(['08', '09', '10', '11', '11', '12', '13', '14']);
    expect(zonesOfPerson({ timeZone: null, country: 'US', phone: null }, 'America/New_York').zone).toBe(
      'America/New_York',
    );
  });

  it("is the shop's where nothing is known, or nonsense is", () => {
    for (const country of [null, 'XX', '', 'Germany'])
      expect(zonesOfPerson({ timeZone: null, country, phone: null }, SHOP)).toEqual({ zone: SHOP, otherZones: [] });
  });

  describe('whose telephone is to ring', () => {
    const seattle = '+12065550100';
    const jamaica = '+18765550100';
    const zonesOf = (timeZone: string | null, country: string | null, phone: string): string[] => {
      const { zone, otherZones } = zonesOfPerson({ timeZone, country, phone }, SHOP);
      return [zone, ...otherZones];
    };

    it.each([
      ['its area code says where', null, 'US', seattle, ['America/Los_Angeles']],
      ['nothing else is known', null, null, seattle, ['America/Los_Angeles']],
      ['the area code lies in two zones', null, 'US', '+18505550100', ['America/New_York', 'America/Chicago']],
      ['it is a Canadian number of somebody in the States', null, 'US', '+16045550100', ['America/Vancouver']],
      [
        'it is from elsewhere than the known zone',
        'America/New_York',
        'US',
        seattle,
        ['America/New_York', 'America/Los_Angeles'],
      ],
      ['it is from the known zone', 'America/Chicago', 'US', '+13125550100', ['America/Chicago']],
      ['it is from another continent', null, 'DE', seattle, [SHOP, 'America/Los_Angeles']],
      ['numbers of the country tell nothing', null, 'DE', '+4915112345678', [SHOP]],
      ['neither is known', null, null, '+4915112345678', [SHOP]],
    ])('are strict where %s', (_what, timeZone, country, phone, expected) => {
      expect(zonesOf(timeZone, country, phone)).toEqual(expected);
    });

    it('are all of both countries for an area code that is not listed', () => {
      const zones = zonesOf(null, null, jamaica);
      for (const zone of [...zonesOf(null, 'US', '+4915112345678'), ...zonesOf(null, 'CA', '+4915112345678')])
        expect(zones).toContain(zone);
      expect(zones.length).toBeGreaterThan(8);
    });
  });
});
