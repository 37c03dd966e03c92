import { aParcel, placed } from './scenario-events.js';
import { messagesOf, planOf, play, presetDocument, presetKeys, type Scenario } from './play.js';

const messages = (scenario: Scenario): string[] => messagesOf(play(scenario));
const endOf = (scenario: Scenario): string | null | undefined => play(scenario).at(-1)?.decision.run.endReason;
describe('presets', () => {
  describe.each(presetKeys())('%s', (key) => {
    const document = presetDocument(key);

    it('is named like its file and compiles', () => {
      expect(document.key).toBe(key);
      expect(planOf(document).steps.size).toBe(document.steps.length);
    });

    it('compiles without its window', () => {
      expect(planOf(presetDocument(key, 'window' in document.settings ? { window: null } : {}))).toBeDefined();
    });

    it('speaks English and French', () => {
      expect(Object.values(document.templates).map((locales) => Object.keys(locales).toSorted())).toEqual(
        Object.keys(document.templates).map(() => ['en', 'fr']),
      );
    });

    it('gives every message a time after which it is not worth sending', () => {
      const sends = document.steps.filter(({ kind }) => kind === 'send' || kind === 'ask');
      expect(sends.filter(({ settings }) => typeof settings['usefulFor'] !== 'string')).toEqual([]);
    });

    it('measures marketing and says how much it matters', () => {
      expect(document.priority).toBeGreaterThan(0);
      if (document.class !== 'marketing') return;
      expect(document.goal).toBeDefined();
      const holdsOut = document.steps.some(({ kind }) => kind === 'hold-out');
      expect(holdsOut || document.holdOut === 'none').toBe(true);
    });
  });
});

describe('order-thank-you', () => {
  it('writes at once', () => {
    expect(messages({ preset: 'order-thank-you', events: [placed('1')], until: '2026-06-01T00:00:00Z' })).toEqual([
      '1 thank-you 2026-05-04T10:00:00.000Z',
    ]);
  });
});

describe('delay-apology', () => {
  const base = { preset: 'delay-apology', shopZone: 'America/Sao_Paulo', until: '2026-06-30T00:00:00Z' } as const;
  const promised = (day: string) => placed('1', { data: { promisedDate: day } });
  const moved = (day: string, at: string) =>
    ({ type: 'order.updated', occurredAt: at, order: '1', data: { promisedDate: day } }) as const;

  it('writes when the promised day has ended in the zone of the shop', () => {
    expect(messages({ ...base, events: [promised('2026-05-08')] })).toEqual(['1 late 2026-05-09T03:00:00.000Z']);
  });

  it('moves with the promise, later and earlier', () => {
    expect(
      messages({ ...base, events: [promised('2026-05-08'), moved('2026-05-12', '2026-05-07T09:00:00Z')] }),
    ).toEqual(['1 late 2026-05-13T03:00:00.000Z']);
    expect(
      messages({ ...base, events: [promised('2026-05-12'), moved('2026-05-08', '2026-05-07T09:00:00Z')] }),
    ).toEqual(['1 late 2026-05-09T03:00:00.000Z']);
  });

  it('waits for a promise that comes later', () => {
    expect(messages({ ...base, events: [placed('1')] })).toEqual([]);
    expect(messages({ ...base, events: [placed('1'), moved('2026-05-08', '2026-05-05T09:00:00Z')] })).toEqual([
      '1 late 2026-05-09T03:00:00.000Z',
    ]);
  });

  it('stays silent for an order that is delivered, all parcels, or cancelled in time', () => {
    const arrived = aParcel('delivered', '2026-05-07T12:00:00Z');
    expect(messages({ ...base, events: [promised('2026-05-08'), arrived] })).toEqual([]);
    expect(
      messages({
        ...base,
        events: [promised('2026-05-08'), aParcel('in_transit', '2026-05-06T12:00:00Z', '1', 'b'), arrived],
      }),
    ).toHaveLength(1);
    const cancelled = {
      ...base,
      events: [promised('2026-05-08'), { type: 'order.cancelled', occurredAt: '2026-05-06T10:00:00Z', order: '1' }],
    } as const;
    expect(messages(cancelled)).toEqual([]);
    expect(endOf(cancelled)).toBe('exit:order.cancelled');
  });

  it('does not start for an order whose delivery came in first', () => {
    const late = placed('1', { receivedAt: '2026-05-07T13:00:00Z', data: { promisedDate: '2026-05-08' } });
    expect(play({ ...base, events: [aParcel('delivered', '2026-05-07T12:00:00Z'), late] })).toEqual([]);
  });
});

describe('delivery-csat', () => {
  const base = { preset: 'delivery-csat', settings: { window: null }, until: '2026-06-30T00:00:00Z' } as const;
  const arrived = aParcel('delivered', '2026-05-07T12:00:00Z');

  it('asks 36 hours after the delivery happened, however late the news came', () => {
    const news = { ...arrived, receivedAt: '2026-05-08T09:00:00Z' };
    expect(messages({ ...base, events: [placed('1'), news] })).toEqual(['1 ask 2026-05-09T00:00:00.000Z']);
  });

  it('asks within the window of the customer', () => {
    const windowed = { ...base, settings: {}, events: [placed('1'), arrived] };
    expect(messages(windowed)).toEqual(['1 ask 2026-05-09T07:00:00.000Z']);
    expect(messages({ ...windowed, customerZone: 'America/New_York' })).toEqual(['1 ask 2026-05-09T13:00:00.000Z']);
  });

  it('waits for the last parcel and asks once', () => {
    const events = [
      placed('1'),
      aParcel('created', '2026-05-05T12:00:00Z', '1', 'b'),
      arrived,
      aParcel('delivered', '2026-05-10T12:00:00Z', '1', 'b'),
      arrived,
    ];
    expect(messages({ ...base, events })).toEqual(['1 ask 2026-05-12T00:00:00.000Z']);
  });

  it.each(['order.cancelled', 'order.refunded', 'return.requested'] as const)('asks nothing after %s', (type) => {
    const stop = { type, occurredAt: '2026-05-08T10:00:00Z', order: '1' };
    expect(messages({ ...base, events: [placed('1'), arrived, stop] })).toEqual([]);
    expect(
      messages({ ...base, events: [placed('1'), { ...stop, occurredAt: '2026-05-06T10:00:00Z' }, arrived] }),
    ).toEqual([]);
  });

  it('marks its goal when the answer comes, even after its end', () => {
    const answer = {
      type: 'survey.answered',
      occurredAt: '2026-05-10T10:00:00Z',
      order: '1',
      data: { survey: 'delivery-csat', score: 4 },
    } as const;
    const { run, journal } = play({ ...base, events: [placed('1'), arrived, answer] }).at(-1)?.decision ?? {};
    expect(run).toMatchObject({ status: 'completed', goalAt: '2026-05-10T10:00:00.000Z' });
    expect(journal).toMatchObject([{ kind: 'goal' }]);
  });
});

describe('review-request', () => {
  const base = { preset: 'review-request', settings: { window: null }, until: '2026-08-30T00:00:00Z' } as const;
  const arrived = aParcel('delivered', '2026-05-07T12:00:00Z');

  it('asks after two weeks and reminds once, a week later', () => {
    expect(messages({ ...base, events: [placed('1'), arrived] })).toEqual([
      '1 ask 2026-05-21T12:00:00.000Z',
      '1 reminder 2026-05-28T12:00:00.000Z',
    ]);
  });

  it('does not remind whoever wrote a review', () => {
    const review = {
      type: 'review.submitted',
      occurredAt: '2026-05-23T12:00:00Z',
      order: '1',
      data: { rating: 1 },
    } as const;
    expect(messages({ ...base, events: [placed('1'), arrived, review] })).toEqual(['1 ask 2026-05-21T12:00:00.000Z']);
  });

  it('asks once without reminder where its settings say so', () => {
    const settings = { after: 'PT72H', reminder: false, window: null };
    expect(messages({ ...base, settings, events: [placed('1'), arrived] })).toEqual(['1 ask 2026-05-10T12:00:00.000Z']);
  });

  it('leaves gifts and cancelled orders alone', () => {
    expect(messages({ ...base, events: [placed('1', { data: { isGift: true } }), arrived] })).toEqual([]);
    expect(
      messages({
        ...base,
        events: [placed('1'), arrived, { type: 'order.cancelled', occurredAt: '2026-05-09T12:00:00Z', order: '1' }],
      }),
    ).toEqual([]);
  });
});

describe('repeat-thank-you', () => {
  const base = { preset: 'repeat-thank-you', until: '2026-06-30T00:00:00Z' } as const;
  const second = placed('2', { occurredAt: '2026-05-20T10:00:00Z' });

  it('thanks for the second order, not for the first, whatever becomes of it', () => {
    const cancelled = { type: 'order.cancelled', occurredAt: '2026-05-20T12:00:00Z', order: '2' } as const;
    expect(messages({ ...base, events: [placed('1'), second, cancelled] })).toEqual([
      '2 welcome-back 2026-05-21T10:00:00.000Z',
    ]);
  });

  it('counts an earlier order that becomes known during the wait', () => {
    expect(messages({ ...base, events: [second, placed('1', { receivedAt: '2026-05-20T20:00:00Z' })] })).toEqual([
      '2 welcome-back 2026-05-21T10:00:00.000Z',
    ]);
  });
});
