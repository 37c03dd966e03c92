import { zonesOfPerson } from './zones-of-person.js';

const SHOP = 'Europe/Berlin';

describe('the zones that may be a person’s', () => {
  it('is the known one, whatever the country', () => {
    expect(zonesOfPerson({ timeZone: 'Asia/Tokyo', country: 'US' }, SHOP)).toEqual({
      zone: 'Asia/Tokyo',
      otherZones: [],
    });
  });

  it('is that of a country that has one', () => {
    expect(zonesOfPerson({ timeZone: null, country: 'gb' }, SHOP)).toEqual({ zone: 'Europe/London', otherZones: [] });
    expect(zonesOfPerson({ timeZone: null, country: 'DE' }, SHOP)).toEqual({ zone: SHOP, otherZones: [] });
  });

  it('are all of a country that has several, each time of day once', () => {
    const { zone, otherZones } = zonesOfPerson({ timeZone: null, country: 'US' }, SHOP);
    const hours = [zone, ...otherZones].map((timeZone) =>
      new Intl.DateTimeFormat('en', { timeZone, hour: 'numeric', hourCycle: 'h23' }).format(
        Date.parse('2026-07-01T18:00:00Z'),
      ),
    );
    // New York, Chicago, Denver, Phoenix, Los Angeles, Anchorage, Adak, Honolulu
    expect(hours.toSorted()).toEqual(['08', '09', '10', '11', '11', '12', '13', '14']);
    expect(zonesOfPerson({ timeZone: null, country: 'US' }, 'America/New_York').zone).toBe('America/New_York');
  });

  it("is the shop's where nothing is known, or nonsense is", () => {
    for (const country of [null, 'XX', '', 'Germany'])
      expect(zonesOfPerson({ timeZone: null, country }, SHOP)).toEqual({ zone: SHOP, otherZones: [] });
  });
});
