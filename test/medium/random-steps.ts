import type { StepDocument } from '#app/domain';
import fc from 'fast-check';
import { send, step, wait } from './journeys-rig.js';

/** Jumps lead on or out, except from a wait for an event, since a loop must hold a wait. */
function anyStep(index: number, count: number): fc.Arbitrary<StepDocument> {
  const id = `s${index}`;
  const on = [...Array.from({ length: count - index - 1 }, (_, ahead) => `s${index + 1 + ahead}`), 'end'];
  const target = fc.constantFrom(...on);
  const sends = fc.constantFrom({}, {}, { when: 'run.visit > 2' }, { when: 'false' }, { usefulFor: 'PT30M' });
  return fc.oneof(
    { weight: 4, arbitrary: sends.map((more) => send(id, more)) },
    fc.constantFrom('PT1H', 'P2D').map((length) => wait(id, length)),
    fc
      .constantFrom('wait', 'pass', 'end')
      .map((otherwise) => step(id, 'wait', { until: 'order.promisedDate', otherwise })),
    fc.constantFrom('s0', 'end', ...on).map((then) => {
      // oxlint-disable-next-line unicorn/no-thenable -- the word of the document; settings are never awaited
      return step(id, 'wait-for', { events: ['order.paid', 'order.updated'], timeout: 'P3D', then });
    }),
    fc
      .tuple(
        fc.constantFrom(
          'run.visit > 3',
          'order.paid',
          'customer.attributes.seen == order.name',
          'customer.orderCount > 1',
        ),
        target,
      )
      .map(([when, goto]) => step(id, 'branch', { cases: [{ when, goto }] })),
    fc.constantFrom(0, 50, 100).map((percent) => step(id, 'hold-out', { percent })),
    fc.constantFrom('order.name', '1 / 0').map((from) => step(id, 'set-attribute', { attribute: 'seen', from })),
    fc.constant(step(id, 'start-journey', { journey: 'other' })),
    // what follows an exit would never be reached
    fc.constant(index === count - 1 ? step(id, 'exit', {}) : wait(id, 'PT5H')),
  );
}

/** One to seven steps of a journey; whom a hold-out draws depends on the id of the customer. */
export const anySteps: fc.Arbitrary<StepDocument[]> = fc
  .integer({ min: 1, max: 7 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => anyStep(index, count))));
