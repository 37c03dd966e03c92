import { HousekeepingPort, SecretPort } from '#app/application';
import { ApiRig } from './api-rig.js';

let rig: ApiRig;
beforeAll(async () => {
  rig = await ApiRig.start('soft_bounces');
}, 60_000);
afterAll(() => rig?.stop());

/** Days ago, negative ones to come; null: never. */
interface Known {
  readonly bounced: readonly number[];
  readonly alive?: number;
  readonly heldUntil?: number;
}

const KNOWN: Readonly<Record<string, Known>> = {
  'recent@example.com': { bounced: [60, 29] },
  'old@example.com': { bounced: [60, 31] },
  'alive-since@example.com': { bounced: [60], alive: 10 },
  'alive-once@example.com': { bounced: [], alive: 40 },
  'held@example.com': { bounced: [49, 48, 47, 46, 45], heldUntil: -45 },
  'held-once@example.com': { bounced: [149, 148, 147, 146, 145], heldUntil: 55 },
};

const hashOf = (address: string): Uint8Array => rig.app.get(SecretPort).fingerprint(address, 'address');

describe('an address from which messages came back', () => {
  it('is forgotten once nothing of it counts any more', async () => {
    for (const [address, { bounced, alive = null, heldUntil = null }] of Object.entries(KNOWN))
      await rig.owner.query(
        `insert into app.soft_bounce (shop_id, medium, address_hmac, bounced_at, alive_at, held_at, held_until)
         select $1, 'email', $2, array(select app.now() - make_interval(days => d) from unnest($3::int[]) d),
           app.now() - make_interval(days => $4), case when $5::int is not null then app.now() end, app.now() - make_interval(days => $5)`,
        [rig.shopId, hashOf(address), bounced, alive, heldUntil],
      );
    expect(await rig.app.get(HousekeepingPort).forgetSoftBounces()).toBe(3);
    const { rows } = await rig.owner.query<{ hash: string }>(
      `select encode(address_hmac, 'hex') as hash from app.soft_bounce`,
    );
    const left = new Set(rows.map(({ hash }) => hash));
    const kept = Object.keys(KNOWN).filter((address) => left.has(Buffer.from(hashOf(address)).toString('hex')));
    expect(kept).toEqual(['recent@example.com', 'alive-since@example.com', 'held@example.com']);
    expect(await rig.app.get(HousekeepingPort).forgetSoftBounces()).toBe(0);
  });
});
