import { routeClassOf } from './route-class.js';

describe('the class of a route', () => {
  it.each(['/api/v1/suppressions/export', '/api/v1/suppressions/import'])(
    'gives %s the time that a long list takes, and lets few do it at once',
    (url) => {
      const { patienceMs, room } = routeClassOf(url);
      expect(patienceMs).toBeGreaterThan(60_000);
      expect(room?.atOnce).toBeLessThan(5);
    },
  );

  it('leaves other calls with theirs', () => {
    expect(routeClassOf('/api/v1/suppressions?limit=1')).toMatchObject({ patienceMs: null, room: null });
  });
});
